import { env } from 'cloudflare:workers'
import { as, root } from '../../support/client.ts'
import { done, type Fact, facts, nine, ok, refuses, type Version } from '../facts.ts'
import { by, found, hit, password, percent, profile, registerUpTo } from '../people.ts'

// How a person signs in elsewhere is only ever imported, so the worlds write it themselves.

const { id } = percent
const signsInBy = (module: string) => async () => {
  if (!(await env.DB.prepare('SELECT 1 FROM users WHERE id = ?1').bind(id).first())) {
    await registerUpTo(percent)
    await as(by(percent)).get('/api/user')
  }
  await env.DB.prepare('INSERT INTO user_auth (user_id, module, created_at) VALUES (?1, ?2, 0)').bind(id, module).run()
  return {}
}

const get = { who: root, ask: `GET /api/users/${id}` }
const self = { who: by(percent), ask: 'GET /api/user' }
const search = { who: root, ask: 'GET /api/users?query=pct' }
const lookup = { who: root, ask: 'GET /api/users/lookup?loginOrEmail=pct%25user' }
const change = { login: percent.login, email: percent.email, name: 'n' }
const notYours = refuses(403, 'User info cannot be updated for external Users')
const elsewhere = refuses(400, 'Not allowed to reset password for LDAP or Auth Proxy user')
const passwords = { oldPassword: password, newPassword: password, confirmNew: password }

const shown = (label: string): Fact[] => [
  { name: 'by id', ...get, gives: ok(profile(percent, { authLabels: [label] })) },
  { name: 'itself', ...self, gives: ok(profile(percent, { authLabels: [label] })) },
  { name: 'looked up', ...lookup, gives: ok(found(percent)) },
]
const listed = (label: string): Fact => ({
  name: 'in a list',
  ...search,
  gives: ok([{ ...hit(percent, [label]), lastSeenAtAge: '< 1m' }]),
})

const changes: Fact[] = [
  { name: 'changed by the administrator', who: root, ask: `PUT /api/users/${id}`, body: change, gives: notYours },
  { name: 'changed by itself', who: by(percent), ask: 'PUT /api/user', body: change, gives: notYours },
  {
    name: 'given a password',
    who: root,
    ask: `PUT /api/admin/users/${id}/password`,
    body: { password },
    gives: done('User password updated'),
  },
  {
    name: 'given rights',
    who: root,
    ask: `PUT /api/admin/users/${id}/permissions`,
    body: { isGrafanaAdmin: false },
    gives: done('User permissions updated'),
  },
]
const ownPassword: Fact = {
  name: 'its own password',
  who: by(percent),
  ask: 'PUT /api/user/password',
  body: passwords,
  gives: elsewhere,
}

const modules: [module: string, label: string, also?: Fact[], seenOn?: Version][] = [
  ['ldap', 'LDAP', [...changes, ownPassword]],
  ['auth.saml', 'SAML'],
  ['authproxy', 'Auth Proxy', [ownPassword]],
  ['oauth_github', 'GitHub', changes],
  ['oauth_gitlab', 'GitLab'],
  ['oauth_google', 'Google', [listed('Google')]],
  ['oauth_grafana_com', 'grafana.com', [listed('grafana.com')]],
  ['oauth_azuread', 'AzureAD'],
  ['oauth_okta', 'OAuth'],
  ['oauth_generic_oauth', 'OAuth'],
  ['jwt', 'JWT', [listed('JWT')]],
  ['foo', 'OAuth', [listed('OAuth')]],
  ['', 'LDAP'],
]

for (const [module, label, also = []] of modules)
  facts(`Accounts from elsewhere > ${module || 'no module'}`, nine, [...shown(label), ...also], signsInBy(module))
