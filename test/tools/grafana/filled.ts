// A Grafana in use: a bit of everything that an import carries.

import { type GrafanaDatabase, grafanaDatabase, type Version } from './database.ts'
import { accountToken, apiKeys, people, session } from './people.ts'

const flag = (is = false) => (is ? 1 : 0)

function addPeople({ add, db }: GrafanaDatabase): void {
  for (const { id, login, email, name, hash, salt, isAdmin, isDisabled } of people) {
    const account = { id, login, email, name, password: hash, salt }
    const seen = '2026-11-24T13:00:00.123456789+01:00'
    add('user', { ...account, is_admin: flag(isAdmin), is_disabled: flag(isDisabled), last_seen_at: seen })
    add('org_user', { org_id: 1, user_id: id, role: id === 1 ? 'Admin' : 'Viewer' })
  }
  db.exec("UPDATE user SET last_seen_at = '2016-11-24 12:15:20' WHERE id = 7")
  db.exec("UPDATE user SET theme = 'dark', help_flags1 = 1 WHERE id = 2")
  add('org_user', { org_id: 2, user_id: 2, role: 'Admin' })
  add('org_user', { org_id: 2, user_id: 3, role: 'Editor' })
  add('user_auth', { user_id: 6, auth_module: 'oauth_github', auth_id: '12345' })
}

function addContent({ add }: GrafanaDatabase): void {
  add('team', { id: 1, name: 'Edge', email: 'edge@example.org' })
  add('team', { id: 2, org_id: 2, name: 'Edge' })
  add('team_member', { team_id: 1, user_id: 2, permission: 4 })
  add('team_member', { team_id: 1, user_id: 3 })
  add('team_member', { org_id: 2, team_id: 2, user_id: 3 })
  add('dashboard', { id: 1, uid: 'abc', title: 'Home', slug: 'home' })
  add('dashboard', { id: 2, uid: null, title: 'Folder', is_folder: 1 })
  add('dashboard', { id: 3, uid: 'def', title: 'Home', folder_id: 2 })
  add('star', { user_id: 2, dashboard_id: 1, dashboard_uid: 'abc', org_id: 1 })
  add('star', { user_id: 3, dashboard_id: 3, dashboard_uid: 'def', org_id: 1 })
  add('preferences', { org_id: 1, theme: 'light', timezone: 'utc' })
  const json = '{"language":"de-DE","navbar":{"savedItems":[{"id":"x"}]},"queryHistory":{"homeTab":"starred"}}'
  add('preferences', {
    org_id: 1,
    user_id: 2,
    theme: 'dark',
    home_dashboard_id: 3,
    home_dashboard_uid: 'def',
    week_start: 'monday',
    json_data: json,
  })
  add('preferences', { org_id: 1, team_id: 1, theme: 'system' })
  add('quota', { org_id: 2, target: 'org_user', limit: 5 })
}

/** Service accounts and managed roles came with 9. */
function addMachines({ add, version }: GrafanaDatabase): void {
  for (const { id, name, role, hash } of apiKeys) add('api_key', { id, name, role, key: hash })
  if (version === '8') return
  add('user', { id: 42, login: 'sa-robot-1', email: 'sa-robot-1', name: 'robot 1', is_service_account: 1 })
  add('org_user', { org_id: 1, user_id: 42, role: 'Editor' })
  const { id, name, accountId, hash } = accountToken
  add('api_key', { id, name, key: hash, service_account_id: accountId, last_used_at: '2026-11-24 12:20:00' })
  add('role', { id: 1, uid: 'managed1', name: 'managed:users:2:permissions', org_id: 1 })
  for (const action of ['serviceaccounts:read', 'serviceaccounts:write', 'serviceaccounts.permissions:write'])
    add('permission', { role_id: 1, action, scope: 'serviceaccounts:id:42' })
  add('permission', { role_id: 1, action: 'teams:read', scope: 'teams:id:1' })
  add('user_role', { org_id: 1, user_id: 2, role_id: 1 })
  add('role', { id: 2, uid: 'helpdesk', name: 'custom:helpdesk', org_id: 1, version: 3, display_name: 'Help desk' })
  add('permission', { role_id: 2, action: 'org.users:read', scope: 'users:*' })
  add('permission', { role_id: 2, action: 'datasources:query', scope: 'datasources:*' })
  add('user_role', { org_id: 1, user_id: 3, role_id: 2 })
  add('team_role', { org_id: 1, team_id: 1, role_id: 2 })
  add('builtin_role', { role: 'Editor', role_id: 2, org_id: 1 })
}

/** 2026-11-24 12:15:26 */
const at = 1_795_522_526

export function fillGrafana(grafana: GrafanaDatabase): void {
  grafana.add('org', { id: 1, name: 'Main Org.' })
  grafana.add('org', { id: 2, name: 'Observability "Núcleo" & Co.', city: "L'Aquila" })
  addPeople(grafana)
  addContent(grafana)
  addMachines(grafana)
  const { id, userId, hash } = session
  grafana.add('user_auth_token', {
    id,
    user_id: userId,
    auth_token: hash,
    prev_auth_token: hash,
    rotated_at: at,
    created_at: at,
  })
  grafana.add('user_auth_token', { id: 2, user_id: 3, auth_token: 'a'.repeat(64), created_at: at, revoked_at: at })
}

/** Closed, as a file. */
export function filledGrafana(
  folder: string,
  version: Version,
  more: (grafana: GrafanaDatabase) => void = () => {},
  options = {},
): string {
  const grafana = grafanaDatabase(`${folder}/grafana-${version}.db`, version, options)
  fillGrafana(grafana)
  more(grafana)
  grafana.close()
  return grafana.file
}
