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

export type ActionKind = keyof typeof kinds

/** Every action that a route here asks for, by what it is done to (Grafana: RBAC permissions, actions, and scopes). */
const actionsByKind: readonly (readonly [ActionKind, string])[] = [
  [
    'account',
    'users:read users:write users:delete users:disable users:enable users:logout users.password:write ' +
      'users.permissions:read users.permissions:write users.authtoken:read users.authtoken:write ' +
      'users.quotas:read users.quotas:write users.teams:read users.roles:read',
  ],
  [
    'nothing',
    'users:create orgs:create orgs:read orgs:write orgs:delete orgs.preferences:read ' +
      'orgs.preferences:write orgs.quotas:read orgs.quotas:write teams:create apikeys:create ' +
      'serviceaccounts:create server.stats:read audit:read',
  ],
  [
    'delegation',
    'users.roles:add users.roles:remove teams.roles:add teams.roles:remove roles:delete roles.builtin:add ' +
      'roles.builtin:remove',
  ],
  ['member', 'org.users:read org.users:add org.users:write org.users:remove'],
  ['team', 'teams:read teams:write teams:delete teams.permissions:read teams.permissions:write teams.roles:read'],
  ['key', 'apikeys:read apikeys:delete'],
  [
    'serviceAccount',
    'serviceaccounts:read serviceaccounts:write serviceaccounts:delete serviceaccounts.permissions:read ' +
      'serviceaccounts.permissions:write serviceaccounts.grants:write',
  ],
  ['folder', 'dashboards:create'],
  ['dashboard', 'dashboards:read dashboards:write dashboards:delete dashboards.permissions:write'],
  ['role', 'roles:read roles.builtin:read'],
  ['roleWriting', 'roles:write'],
  ['setting', 'settings:read settings:write'],
]

const kindsByAction = new Map(
  actionsByKind.flatMap(([kind, actions]) => actions.split(' ').map((action) => [action, kind] as const)),
)

/** Why a permission is none, in words that name it; `undefined` where it is one. */
export function flawOf(action: string, scope: string): string | undefined {
  const kind = kindsByAction.get(action)
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
  ofServer.includes(action) || (kindsByAction.get(action) === 'account' && !readOfPeople.includes(action))

export const knownActions = [...kindsByAction.keys()]

/** An action, what it is done to, and the scopes that it takes, for whoever writes a role; none = an empty one. */
export type ActionForm = { action: string; kind: ActionKind; scopes: readonly string[] }

export const actionForms = (): ActionForm[] =>
  [...kindsByAction].map(([action, kind]) => ({
    action,
    kind,
    scopes: kind === 'nothing' ? [] : kinds[kind].example.split(' or '),
  }))

/** What can be done to a thing of a kind, in alphabetical order. */
export const actionsOn = (kind: ActionKind) =>
  knownActions.filter((action) => kindsByAction.get(action) === kind).sort()
