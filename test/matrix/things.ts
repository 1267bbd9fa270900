import { as, numberIn, textIn } from '../support/client.ts'
import { credential, give, type Maker, made, role, session, viewers } from './seed.ts'

/** What there is in each of the two orgs to be asked for. */
export type Things = {
  userId: number
  /** Not on the team. */
  newMember: string
  newMemberId: number
  member: string
  sessionId: number
  tokenId: number
  teamId: number
  accountId: number
  accountTokenId: number
  keyId: number
  dashboardId: number
  dashboardUid: string
  inviteId: number
  inviteCode: string
  orgName: string
  /** A role of the org, which the person, the team, the service account and viewers have. */
  roleUid: string
}

async function inviteInto(admin: Maker, email: string) {
  const body = await made(admin, '/api/org/invites', { loginOrEmail: email, role: 'Viewer' })
  const listed = (await as(admin.who).get('/api/org/invites', admin.headers)).body
  const invites: unknown[] = Array.isArray(listed) ? listed : []
  const invite = invites.find((one) => textIn(one, 'email') === email)
  return { inviteId: numberIn(invite, 'id'), inviteCode: textIn(body, 'url').split('/').at(-1) ?? '' }
}

type Names = {
  orgId: number
  user: number
  member: string
  newMember: string
  newMemberId: number
  orgName: string
  uid: string
}

export async function thingsOf(admin: Maker, { orgId, user, uid, ...names }: Names): Promise<Things> {
  const teamId = numberIn(await made(admin, '/api/teams', { name: 'Theirs' }), 'teamId')
  await made(admin, `/api/teams/${teamId}/members`, { userId: user })
  const accountId = numberIn(await made(admin, '/api/serviceaccounts', { name: 'Theirs' }), 'id')
  const dashboard = await made(admin, '/api/dashboards/db', { dashboard: { uid, title: 'Theirs' } })
  await role(uid, orgId, [['orgs:read', '']])
  for (const owner of [{ userId: user }, { teamId }, { accountId }, { basicRank: viewers }])
    await give(uid, orgId, owner)
  return {
    ...names,
    roleUid: uid,
    userId: user,
    sessionId: (await session(user)).id,
    tokenId: (await credential(await session(user), '/api/user/tokens', { name: 'Theirs' })).id,
    teamId,
    accountId,
    accountTokenId: (await credential(admin, `/api/serviceaccounts/${accountId}/tokens`, { name: 'Theirs' })).id,
    keyId: (await credential(admin, '/api/auth/keys', { name: 'Theirs', role: 'Viewer' })).id,
    dashboardId: numberIn(dashboard, 'id'),
    dashboardUid: uid,
    ...(await inviteInto(admin, `invited-${uid}@x.org`)),
  }
}
