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

type Fixed = [name: string, hash: string, displayName: string, grants: readonly Grant[]]

const fixed = (group: string, ...roles: Fixed[]) => {
  for (const [name, hash, displayName, grants] of roles) {
    defined.push({ uid: `fixed_${hash}`, name: `fixed:${name}`, displayName, description: '', group, grants })
  }
}

fixed(
  'Users',
  ['users:reader', 'buZastUG3reWyQpPemcWjGqPAd0', 'User reader', accountsRead],
  ['users:writer', 'wjzgHHo_Ux25DJuELn_oiAdB_yM', 'User writer', accountsWritten],
)

fixed(
  'Organizations',
  ['org.users:reader', 'oCqNwlVHLOpw7-jAlwp4HzYqwGY', 'Organization member reader', membersRead],
  ['org.users:writer', 'VERj5nayasjgf_Yh0sWqqCkxWlw', 'Organization member writer', membersWritten],
  ['organization:reader', '0SZPJlTHdNEe8zO91zv7Zwiwa2w', 'Organization reader', orgRead],
  ['organization:writer', 'Y4jGqDd8w1yCrPwlik8z5Iu8-3M', 'Organization writer', orgWritten],
  ['organization:maintainer', 'CMm-uuBaPUBf4r8XG3jIvxo55bg', 'Organization maintainer', orgsMaintained],
)

fixed(
  'Teams',
  ['teams:creator', 'nzVQoNSDSn0fg1MDgO6XnZX2RZI', 'Team creator', teamsCreated],
  ['teams:read', 'Z8pB0GQlrqRt8IZBCJQxPWvJPgQ', 'Team reader', teamsRead],
  ['teams:writer', 'xw1T0579h620MOYi4L96GUs7fZY', 'Team writer', teamsWritten],
)

fixed(
  'Service accounts',
  ['serviceaccounts:reader', 'QFjJAZ88iawMLInYOxPA1DB1w6I', 'Service account reader', machinesRead],
  ['serviceaccounts:creator', 'Ikw60fckA0MyiiZ73BawSfOULy4', 'Service account creator', machinesCreated],
  ['serviceaccounts:writer', 'iBvUNUEZBZ7PUW0vdkN5iojc2sk', 'Service account writer', machinesWritten],
)

fixed(
  'API keys',
  ['apikeys:reader', 'kYZ7UEkwEvGmCCjTrq07cFAVFws', 'API key reader', keysRead],
  ['apikeys:writer', 'anTrcpRkm21NBO1Q2CsX8y0fiCQ', 'API key writer', keysWritten],
)

fixed(
  'Roles',
  ['roles:reader', 'GkfG-1NSwEGb4hpK3-E3qHyNltc', 'Role reader', rolesRead],
  ['roles:writer', 'W5aFaw8isAM27x_eWfElBhZ0iOc', 'Role writer', rolesWritten],
  ['roles:resetter', 'WgPpC3qJRmVpVTJavFNwfS5RuzQ', 'Role resetter', rolesReset],
)

fixed(
  'Dashboards',
  ['dashboards:reader', 'Sgr67JTOhjQGFlzYRahOe45TdWM', 'Dashboard reader', dashboardsRead],
  ['dashboards:creator', 'ZorKUcEPCM01A1fPakEzGBUyU64', 'Dashboard creator', dashboardsCreated],
  ['dashboards:writer', 'OK2YOQGIoI1G031hVzJB6rAJQAs', 'Dashboard writer', dashboardsWritten],
)

fixed(
  'Settings',
  ['settings:reader', '0LaUt1x6PP8hsZzEBhqPQZFUd8Q', 'Setting reader', settingsRead],
  ['authentication.config:writer', '0rYhZ2Qnzs8AdB1nX7gexk3fHDw', 'Authentication config writer', signInConfigured],
)

fixed(
  'Server',
  ['stats:reader', 'OnRCXxZVINWpcKvTF5A1gecJ7pA', 'Statistics reader', statsRead],
  ['audit:reader', '7TWFM5h6TBrufwb5MMIRPDiqGyM', 'Audit log reader', auditRead],
)

/** Those that come with Rollcall, by uid. */
export const definedRoles: ReadonlyMap<string, DefinedRole> = new Map(defined.map((role) => [role.uid, role]))

export const isFixed = (uid: string) => uid.startsWith('fixed_')
export const isBasic = (uid: string) => uid.startsWith('basic_')
