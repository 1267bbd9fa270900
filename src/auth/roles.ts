import { sha1 } from '@noble/hashes/legacy.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { toBase64Url } from './base64.ts'
import type { Grant } from './permissions.ts'

// The roles that come with Rollcall, named as in Grafana's documentation ("RBAC role definitions") and cut to what there
// is here. A basic role is made of fixed ones, as there; what of it was changed is in the database.

const delegate = 'permissions:type:delegate'

const accountsRead: readonly Grant[] = [
  ['users:read', 'global.users:*'],
  ['users.authtoken:read', 'global.users:*'],
  ['users.quotas:read', 'global.users:*'],
  ['users.teams:read', 'global.users:*'],
]
const accountsWritten: readonly Grant[] = [
  ...accountsRead,
  ['users:write', 'global.users:*'],
  ['users:create', ''],
  ['users:delete', 'global.users:*'],
  ['users:disable', 'global.users:*'],
  ['users:enable', 'global.users:*'],
  ['users:logout', 'global.users:*'],
  ['users.password:write', 'global.users:*'],
  ['users.permissions:write', 'global.users:*'],
  ['users.authtoken:write', 'global.users:*'],
  ['users.quotas:write', 'global.users:*'],
]
const membersRead: readonly Grant[] = [['org.users:read', 'users:*']]
const membersWritten: readonly Grant[] = [
  ...membersRead,
  ['org.users:add', 'users:*'],
  ['org.users:write', 'users:*'],
  ['org.users:remove', 'users:*'],
]
const orgRead: readonly Grant[] = [
  ['orgs:read', ''],
  ['orgs.quotas:read', ''],
]
const orgWritten: readonly Grant[] = [
  ...orgRead,
  ['orgs:write', ''],
  ['orgs.preferences:read', ''],
  ['orgs.preferences:write', ''],
]
const orgsMaintained: readonly Grant[] = [
  ...orgRead,
  ['orgs:write', ''],
  ['orgs:create', ''],
  ['orgs:delete', ''],
  ['orgs.quotas:write', ''],
]
const teamsCreated: readonly Grant[] = [
  ['teams:create', ''],
  ['org.users:read', 'users:*'],
]
const teamsRead: readonly Grant[] = [['teams:read', 'teams:*']]
const teamsWritten: readonly Grant[] = [
  ...teamsRead,
  ['teams:create', ''],
  ['teams:write', 'teams:*'],
  ['teams:delete', 'teams:*'],
  ['teams.permissions:read', 'teams:*'],
  ['teams.permissions:write', 'teams:*'],
]
const keysRead: readonly Grant[] = [['apikeys:read', 'apikeys:*']]
const keysWritten: readonly Grant[] = [...keysRead, ['apikeys:create', ''], ['apikeys:delete', 'apikeys:*']]
const machinesRead: readonly Grant[] = [['serviceaccounts:read', 'serviceaccounts:*']]
const machinesCreated: readonly Grant[] = [['serviceaccounts:create', '']]
const machinesWritten: readonly Grant[] = [
  ...machinesRead,
  ...machinesCreated,
  ['serviceaccounts:write', 'serviceaccounts:*'],
  ['serviceaccounts:delete', 'serviceaccounts:*'],
  ['serviceaccounts.permissions:read', 'serviceaccounts:*'],
  ['serviceaccounts.permissions:write', 'serviceaccounts:*'],
]
const dashboardsRead: readonly Grant[] = [['dashboards:read', 'dashboards:*']]
const dashboardsCreated: readonly Grant[] = [['dashboards:create', 'folders:*']]
const dashboardsWritten: readonly Grant[] = [
  ...dashboardsRead,
  ...dashboardsCreated,
  ['dashboards:write', 'dashboards:*'],
  ['dashboards:delete', 'dashboards:*'],
]
const dashboardsShared: readonly Grant[] = [['dashboards.permissions:write', 'dashboards:*']]
const rolesRead: readonly Grant[] = [
  ['roles:read', 'roles:*'],
  ['roles.builtin:read', 'roles:*'],
  ['teams.roles:read', 'teams:*'],
  ['users.roles:read', 'users:*'],
  ['users.permissions:read', 'users:*'],
]
const rolesWritten: readonly Grant[] = [
  ...rolesRead,
  ['roles:write', delegate],
  ['roles:delete', delegate],
  ['roles.builtin:add', delegate],
  ['roles.builtin:remove', delegate],
  ['teams.roles:add', delegate],
  ['teams.roles:remove', delegate],
  ['users.roles:add', delegate],
  ['users.roles:remove', delegate],
]
const rolesReset: readonly Grant[] = [['roles:write', 'permissions:type:escalate']]
const settingsRead: readonly Grant[] = [['settings:read', 'settings:*']]
const signInConfigured: readonly Grant[] = [
  ['settings:read', 'settings:auth.saml:*'],
  ['settings:write', 'settings:auth.saml:*'],
]
const statsRead: readonly Grant[] = [['server.stats:read', '']]
const auditRead: readonly Grant[] = [['audit:read', '']]

const viewer: readonly Grant[] = [...orgRead, ...dashboardsRead]
const editor: readonly Grant[] = [...orgRead, ...dashboardsWritten, ...dashboardsShared]
/** Roles of its own org are an org's admin's, too: Terraform's provider makes them with an org's service account. */
const orgAdmin: readonly Grant[] = [
  ...orgWritten,
  ...dashboardsWritten,
  ...dashboardsShared,
  ...membersWritten,
  ...teamsWritten,
  ...keysWritten,
  ...machinesWritten,
  ...rolesWritten,
]
const serverAdmin: readonly Grant[] = [
  ...accountsWritten,
  ...statsRead,
  ...settingsRead,
  ...signInConfigured,
  ...orgsMaintained,
  ...membersWritten,
  ...rolesWritten,
  ...rolesReset,
  ...auditRead,
  ['serviceaccounts.grants:write', 'serviceaccounts:*'],
]

/** A role that comes with Rollcall. The `uid` is Grafana's: `fixed_` and the SHA-1 of the name in base64url. */
export type DefinedRole = {
  uid: string
  name: string
  displayName: string
  description: string
  group: string
  grants: readonly Grant[]
}

const defined: DefinedRole[] = []

const basic = (uid: string, displayName: string, description: string, grants: readonly Grant[]) =>
  defined.push({ uid, name: uid.replace('_', ':'), displayName, description, group: 'Basic', grants })

basic('basic_none', 'None', 'Nothing but being a member of the organization', [])
basic('basic_viewer', 'Viewer', 'Sees the organization and its dashboards', viewer)
basic('basic_editor', 'Editor', 'Changes dashboards too', editor)
basic('basic_admin', 'Admin', 'Manages the organization and whoever is in it', orgAdmin)
basic('basic_grafana_admin', 'Grafana Admin', 'Manages the whole server', serverAdmin)

type Fixed = [name: string, displayName: string, grants: readonly Grant[]]

const fixed = (group: string, ...roles: Fixed[]) => {
  for (const [title, displayName, grants] of roles) {
    const name = `fixed:${title}`
    const uid = `fixed_${toBase64Url(sha1(utf8ToBytes(name)))}`
    defined.push({ uid, name, displayName, description: '', group, grants })
  }
}

fixed('Users', ['users:reader', 'User reader', accountsRead], ['users:writer', 'User writer', accountsWritten])

fixed(
  'Organizations',
  ['org.users:reader', 'Organization member reader', membersRead],
  ['org.users:writer', 'Organization member writer', membersWritten],
  ['organization:reader', 'Organization reader', orgRead],
  ['organization:writer', 'Organization writer', orgWritten],
  ['organization:maintainer', 'Organization maintainer', orgsMaintained],
)

fixed(
  'Teams',
  ['teams:creator', 'Team creator', teamsCreated],
  ['teams:read', 'Team reader', teamsRead],
  ['teams:writer', 'Team writer', teamsWritten],
)

fixed(
  'Service accounts',
  ['serviceaccounts:reader', 'Service account reader', machinesRead],
  ['serviceaccounts:creator', 'Service account creator', machinesCreated],
  ['serviceaccounts:writer', 'Service account writer', machinesWritten],
)

fixed('API keys', ['apikeys:reader', 'API key reader', keysRead], ['apikeys:writer', 'API key writer', keysWritten])

fixed(
  'Roles',
  ['roles:reader', 'Role reader', rolesRead],
  ['roles:writer', 'Role writer', rolesWritten],
  ['roles:resetter', 'Role resetter', rolesReset],
)

fixed(
  'Dashboards',
  ['dashboards:reader', 'Dashboard reader', dashboardsRead],
  ['dashboards:creator', 'Dashboard creator', dashboardsCreated],
  ['dashboards:writer', 'Dashboard writer', dashboardsWritten],
)

fixed(
  'Settings',
  ['settings:reader', 'Setting reader', settingsRead],
  ['authentication.config:writer', 'Authentication config writer', signInConfigured],
)

fixed('Server', ['stats:reader', 'Statistics reader', statsRead], ['audit:reader', 'Audit log reader', auditRead])

/** Those that come with Rollcall, by uid. */
export const definedRoles: ReadonlyMap<string, DefinedRole> = new Map(defined.map((role) => [role.uid, role]))

export const isFixed = (uid: string) => uid.startsWith('fixed_')
export const isBasic = (uid: string) => uid.startsWith('basic_')
