// Organizations, who is in them as what, and what they are limited to.

import { type Role, roles } from '../../../src/auth/permissions.ts'
import { isOrgTarget, isUserTarget } from '../../../src/quotas/rules.ts'
import type { Row } from '../records.ts'
import { anIdTwice, brief, type Context, carried, maxText, type Refusal, repeats, timesOf } from './context.ts'
import { laterShapes, shapes } from './tables.ts'

export const roleOf = (text: string): Role | undefined => roles.find((role) => role === text)

export const badName: Refusal = {
  stop: "a name that can't be used",
  advice: `rename it in Grafana: 1 to ${maxText} characters`,
}

export const isBadName = (name: string) => name === '' || name.length > maxText

const text = (value: string | undefined) => (value ?? '').slice(0, maxText)

export function orgs(context: Context): Generator<Row<'org'>> {
  const isRepeated = repeats()
  return carried(context, shapes.org, {
    weight: 'stop',
    label: ({ id, name }) => `org ${id} (${brief(name)})`,
    checks: ({ id, name }) => [
      [() => isRepeated('id', id), anIdTwice],
      [() => isBadName(name), badName],
      [() => isRepeated('name', name), { stop: 'a name of two organizations', advice: 'rename one in Grafana' }],
    ],
    make: (org) => ({
      id: org.id,
      name: org.name,
      address1: text(org.address1),
      address2: text(org.address2),
      city: text(org.city),
      zipCode: text(org.zip_code),
      state: text(org.state),
      country: text(org.country),
      ...timesOf(org),
    }),
  })
}

function join({ members, firstOrg }: Context['known'], orgId: number, userId: number): void {
  members.set(orgId, (members.get(orgId) ?? new Set()).add(userId))
  firstOrg.set(userId, Math.min(firstOrg.get(userId) ?? orgId, orgId))
}

/** Which orgs there are, and who is in which, before anybody is read: an account acts in one that it is in. */
export function readMembers({ file, known, names }: Context, people: ReadonlySet<number>): void {
  for (const { row } of file.rows(shapes.org)) if (row) known.orgs.add(row.id)
  const isThere = (orgId: number, userId: number) =>
    known.orgs.has(orgId) && people.has(userId) && !names.skipped.has(userId)
  for (const { row } of file.rows(shapes.orgUser)) {
    if (row && isThere(row.org_id, row.user_id) && roleOf(row.role)) join(known, row.org_id, row.user_id)
  }
}

/** Administrators first, as among people: an org never lacks one while members are replaced. */
const administrators = "role = 'Admin'"

export function* orgMembers(context: Context): Generator<Row<'orgMember'>> {
  const { known, names, report } = context
  const isRepeated = repeats()
  const administered = new Set<number>()
  yield* carried(context, shapes.orgUser, {
    first: administrators,
    label: ({ id, org_id: orgId, user_id: userId }) => `org_user ${id}: org ${orgId}, user ${userId}`,
    isIgnored: ({ user_id: userId }) => known.accounts.has(userId) || names.skipped.has(userId),
    checks: ({ org_id: orgId, user_id: userId, role }) => [
      [() => !known.users.has(userId), 'a membership of nobody'],
      [() => !known.orgs.has(orgId), 'a membership in no organization'],
      [() => roleOf(role) === undefined, 'a membership with a role that is none'],
      [() => isRepeated(orgId, userId), 'a membership twice'],
    ],
    make: ({ org_id: orgId, user_id: userId, role, created }): Row<'orgMember'> => {
      if (role === 'Admin') administered.add(orgId)
      return { orgId, userId, role: roleOf(role) ?? 'None', createdAt: created ?? 0 }
    },
  })
  for (const orgId of known.orgs)
    if (!administered.has(orgId))
      report({ weight: 'note', what: 'an organization without an Admin', row: `org ${orgId}` })
}

export function quotas(context: Context): Generator<Row<'quota'>> {
  const { known } = context
  const isRepeated = repeats()
  const isOfOrg = (orgId: number, target: string) => known.orgs.has(orgId) && isOrgTarget(target)
  const isOfUser = (userId: number, target: string) => known.users.has(userId) && isUserTarget(target)
  return carried(context, laterShapes.quota, {
    label: ({ id, org_id: orgId, user_id: userId, target }) =>
      `quota ${id}: ${brief(target)} of ${orgId ? `org ${orgId}` : `user ${userId}`}`,
    checks: ({ id, org_id: orgId, user_id: userId, target, limit }) => [
      [
        () => !(orgId ? isOfOrg(orgId, target) : isOfUser(userId, target)),
        'a limit of what has none here, or of nobody',
      ],
      [() => limit === null, 'a limit without a number'],
      [() => isRepeated('id', id) || isRepeated(orgId, userId, target), 'a limit twice'],
    ],
    make: ({ id, org_id: orgId, user_id: userId, target, limit }) => ({
      id,
      orgId: orgId || null,
      userId: orgId ? null : userId,
      target,
      limit: Math.max(limit ?? -1, -1),
    }),
  })
}
