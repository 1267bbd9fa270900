import { requires, signedIn } from '../auth/guards.ts'
import type { RequestContext } from '../env.ts'
import { type ApiError, badRequest, notFound, traced } from '../errors.ts'
import { readBody, readId } from '../input.ts'
import { done, send } from '../json.ts'
import { newRoutes } from '../router.ts'
import { addHelpFlags, clearHelpFlags, findPreferences, type Missing, type Owner, savePreferences } from './queries.ts'
import { type Change, changeOf, isTheme, PreferencesBody, replacementOf } from './rules.ts'
import { shownPreferences } from './views.ts'

export const preferences = newRoutes()

const show = async (c: RequestContext, owner: Owner) =>
  send(c, shownPreferences(await findPreferences(c.var.db, owner)))

const missing: Record<Missing, () => ApiError> = {
  org: () => notFound('Organization not found'),
  team: () => notFound('Team not found', traced),
  dashboard: () => notFound('Dashboard not found', traced),
}

/** The body is looked at before the path, as in Grafana. */
async function save(
  c: RequestContext,
  toChange: typeof changeOf,
  readOwner: () => Owner,
  message = 'Preferences updated',
) {
  const change: Change = toChange(await readBody(c, PreferencesBody))
  if (change.theme !== null && !isTheme(change.theme)) throw badRequest('Invalid theme')
  const what = await savePreferences(c.var.db, readOwner(), change, c.var.now)
  if (what !== undefined) throw missing[what]()
  return done(c, message)
}

const ofOrg = ({ orgId }: { orgId: number }): Owner => ({ orgId, userId: null, teamId: null })
const ofPerson = (me: { orgId: number; user: { id: number } }): Owner => ({ ...ofOrg(me), userId: me.user.id })
const ofTeam = (c: RequestContext, { orgId }: { orgId: number }): Owner => ({
  ...ofOrg({ orgId }),
  teamId: readId(c.req.param('teamId'), 'teamId'),
})

/** In Grafana a key that saves its own preferences saves those of its org. */
const noUser = () => notFound('user not found')

/** A key or a service account, which has none of its own, sees those of its org. */
const orgsOwn = { answer: (c: RequestContext, machine: { orgId: number }) => show(c, ofOrg(machine)) }

preferences.get('/api/user/preferences', signedIn('users:read', orgsOwn), (c) => show(c, ofPerson(c.var.me)))

preferences.put('/api/user/preferences', signedIn('users:write', noUser), (c) =>
  save(c, replacementOf, () => ofPerson(c.var.me)),
)

preferences.patch('/api/user/preferences', signedIn('users:write', noUser), (c) =>
  save(c, changeOf, () => ofPerson(c.var.me)),
)

/** Leaves the other preferences alone; Grafana empties them. */
preferences.post('/api/preferences/set-home-dash', signedIn('users:write', noUser), (c) =>
  save(c, changeOf, () => ofPerson(c.var.me), 'Home dashboard set'),
)

preferences.get('/api/org/preferences', requires('orgs.preferences:read', ''), (c) => show(c, ofOrg(c.var.caller)))

preferences.put('/api/org/preferences', requires('orgs.preferences:write', ''), (c) =>
  save(c, replacementOf, () => ofOrg(c.var.caller)),
)

preferences.patch('/api/org/preferences', requires('orgs.preferences:write', ''), (c) =>
  save(c, changeOf, () => ofOrg(c.var.caller)),
)

/** A team that the org doesn't have has none: Grafana answers empty ones, not a 404. */
preferences.get('/api/teams/:teamId/preferences', requires('teams:read', 'teams:id::teamId'), (c) =>
  show(c, ofTeam(c, c.var.caller)),
)

preferences.put('/api/teams/:teamId/preferences', requires('teams:write', 'teams:id::teamId'), (c) =>
  save(c, replacementOf, () => ofTeam(c, c.var.caller)),
)

preferences.patch('/api/teams/:teamId/preferences', requires('teams:write', 'teams:id::teamId'), (c) =>
  save(c, changeOf, () => ofTeam(c, c.var.caller)),
)

/** As many bits as JSON carries exactly. Grafana takes negative numbers too, which set bits that nobody meant. */
function readFlags(c: RequestContext): number {
  const flags = readId(c.req.param('id'))
  if (flags < 0 || flags > Number.MAX_SAFE_INTEGER) throw badRequest('id is invalid', traced)
  return flags
}

preferences.put('/api/user/helpflags/:id', signedIn('users:write', noUser), async (c) =>
  done(c, 'Help flag set', { helpFlags1: await addHelpFlags(c.var.db, c.var.me.user.id, readFlags(c)) }),
)

preferences.get('/api/user/helpflags/clear', signedIn('users:write', noUser), async (c) => {
  await clearHelpFlags(c.var.db, c.var.me.user.id)
  return done(c, 'Help flag set', { helpFlags1: 0 })
})
