const byId = (prefix: string, spelled = prefix) => ({
  pattern: new RegExp(`^${spelled}:(\\*|id:(\\*|\\d{1,16}))$`),
  example: `${prefix}:* or ${prefix}:id:7`,
})
const byUid = (prefix: string, uid = 'abc') => ({
  pattern: new RegExp(`^${prefix}:(\\*|uid:(\\*|[\\w-]{1,40}))$`),
  example: `${prefix}:* or ${prefix}:uid:${uid}`,
})

/** What scopes look like that name things of one kind; `example` is for whoever got it wrong. */
const kinds = {
  /** The seed page writes `global:users:*` and `users:*`, later pages `global.users:*`: the same three times. */
  account: byId('global.users', '(global[.:])?users'),
  member: byId('users'),
  team: byId('teams'),
  key: byId('apikeys'),
  serviceAccount: byId('serviceaccounts'),
  dashboard: byUid('dashboards'),
  folder: byUid('folders', 'general'),
  role: byUid('roles'),
  setting: { pattern: /^settings:(\*|[\w.]{1,60}:(\*|[\w.]{1,60}))$/, example: 'settings:* or settings:auth.saml:*' },
  delegation: { pattern: /^permissions:type:delegate$/, example: 'permissions:type:delegate' },
  roleWriting: {
    pattern: /^permissions:type:(delegate|escalate)$/,
    example: 'permissions:type:delegate or permissions:type:escalate',
  },
  nothing: { pattern: /^$/, example: 'an empty one' },
}

/** Every action that a route here asks for, by what it is done to (Grafana: RBAC permissions, actions, and scopes). */
const actions: Record<string, keyof typeof kinds> = {
  'users:read': 'account',
  'users:write': 'account',
  'users:create': 'nothing',
  'users:delete': 'account',
  'users:disable': 'account',
  'users:enable': 'account',
  'users:logout': 'account',
  'users.password:write': 'account',
  'users.permissions:read': 'account',
  'users.permissions:write': 'account',
  'users.authtoken:read': 'account',
  'users.authtoken:write': 'account',
  'users.quotas:read': 'account',
  'users.quotas:write': 'account',
  'users.teams:read': 'account',
  'users.roles:read': 'account',
  'users.roles:add': 'delegation',
  'users.roles:remove': 'delegation',
  'orgs:create': 'nothing',
  'orgs:read': 'nothing',
  'orgs:write': 'nothing',
  'orgs:delete': 'nothing',
  'orgs.preferences:read': 'nothing',
  'orgs.preferences:write': 'nothing',
  'orgs.quotas:read': 'nothing',
  'orgs.quotas:write': 'nothing',
  'org.users:read': 'member',
  'org.users:add': 'member',
  'org.users:write': 'member',
  'org.users:remove': 'member',
  'teams:create': 'nothing',
  'teams:read': 'team',
  'teams:write': 'team',
  'teams:delete': 'team',
  'teams.permissions:read': 'team',
  'teams.permissions:write': 'team',
  'teams.roles:read': 'team',
  'teams.roles:add': 'delegation',
  'teams.roles:remove': 'delegation',
  'apikeys:read': 'key',
  'apikeys:create': 'nothing',
  'apikeys:delete': 'key',
  'serviceaccounts:read': 'serviceAccount',
  'serviceaccounts:create': 'nothing',
  'serviceaccounts:write': 'serviceAccount',
  'serviceaccounts:delete': 'serviceAccount',
  'serviceaccounts.permissions:read': 'serviceAccount',
  'serviceaccounts.permissions:write': 'serviceAccount',
  'serviceaccounts.grants:write': 'serviceAccount',
  'dashboards:create': 'folder',
  'dashboards:read': 'dashboard',
  'dashboards:write': 'dashboard',
  'dashboards:delete': 'dashboard',
  'dashboards.permissions:write': 'dashboard',
  'roles:read': 'role',
  'roles:write': 'roleWriting',
  'roles:delete': 'delegation',
  'roles.builtin:read': 'role',
  'roles.builtin:add': 'delegation',
  'roles.builtin:remove': 'delegation',
  'server.stats:read': 'nothing',
  'settings:read': 'setting',
  'settings:write': 'setting',
  'audit:read': 'nothing',
}

/** Why a permission is none, in words that name it; `undefined` where it is one. */
export function flawOf(action: string, scope: string): string | undefined {
  const kind = Object.hasOwn(actions, action) ? actions[action] : undefined
  if (kind === undefined) return `unknown action: ${action}`
  const { pattern, example } = kinds[kind]
  const isEverything = scope === '*' && kind !== 'nothing'
  return isEverything || pattern.test(scope)
    ? undefined
    : `invalid scope of ${action}: "${scope}" (it takes ${example})`
}

/** What there is to read of people counts by a role in one org too, in requests to that org (Grafana). */
const readOfPeople = ['users:read', 'users.teams:read', 'users.roles:read', 'users.permissions:read']
const ofServer = ['users:create', 'orgs:create', 'settings:write', 'audit:read']

/** Whether an action changes something of the whole server: a role in one org says nothing of it (Grafana: the global organization). */
export const isOnServer = (action: string): boolean =>
  ofServer.includes(action) || (actions[action] === 'account' && !readOfPeople.includes(action))

export const knownActions = Object.keys(actions)

export type ActionKind = keyof typeof kinds

/** Each action, what it is done to, and the scopes that it takes, for whoever writes a role; none = an empty one. */
export const actionForms: readonly { action: string; kind: ActionKind; scopes: readonly string[] }[] = Object.entries(
  actions,
).map(([action, kind]) => ({ action, kind, scopes: kind === 'nothing' ? [] : kinds[kind].example.split(' or ') }))

/** What can be done to a thing of a kind, in alphabetical order. */
export const actionsOn = (kind: ActionKind) => knownActions.filter((action) => actions[action] === kind).sort()
