import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, call, numberIn, person, root, textIn, type Who } from './support/client.ts'
import { countingD1 } from './support/counting.ts'

const roleWriter = 'fixed_W5aFaw8isAM27x_eWfElBhZ0iOc'
const userReader = 'fixed_buZastUG3reWyQpPemcWjGqPAd0'
const url = '/api/access-control/roles'
const builtin = '/api/access-control/builtin-roles'
const delegate = 'permissions:type:delegate'
const time = expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
const inOrg = (id: number) => ({ 'X-Grafana-Org-Id': String(id) })

const message = (text: string, status = 200) => ({ status, body: { message: text } })
const gone = message('Role not found', 404)
const limited = message(
  'A token with an expiry or with limited permissions cannot create credentials or raise rights',
  403,
)
const outdated = message('It was changed by somebody else meanwhile: try again', 409)
const taken = message('A role of this uid or name exists already', 409)

/** A denial, with the header's words. */
const denied = (action: string, scope: string) => ({ status: 403, missing: `${action} on ${scope}` })
const missingIn = ({ status, headers }: Awaited<ReturnType<typeof call>>) => ({
  status,
  missing: headers.get('X-Missing-Permission'),
})

const give = (user: number, orgId: number, uid: string) =>
  env.DB.prepare('INSERT INTO role_assignments (role_uid, org_id, user_id, created_at) VALUES (?, ?, ?, 0)')
    .bind(uid, orgId, user)
    .run()

/** D1 in which something else happens right before the first batch that holds a statement which begins so, or any batch. */
function before(start: string, sql: string) {
  const late = new WeakSet<object>()
  const marked = (statement: D1PreparedStatement): D1PreparedStatement => {
    late.add(statement)
    const bind = statement.bind.bind(statement)
    return Object.assign(statement, { bind: (...values: unknown[]) => marked(bind(...values)) })
  }
  return new Proxy(env.DB, {
    get(target, key) {
      if (key === 'prepare')
        return (text: string) => (text.startsWith(start) ? marked(target.prepare(text)) : target.prepare(text))
      if (key === 'batch')
        return async (statements: D1PreparedStatement[]) => {
          if (start === 'batch' || statements.some((statement) => late.has(statement))) await target.prepare(sql).run()
          return target.batch(statements)
        }
      return Reflect.get(target, key).bind(target)
    },
  })
}

type Permission = { action: string; scope?: string }
const readsTeams: Permission = { action: 'teams:read', scope: 'teams:*' }
const readsSeven: Permission = { action: 'users:read', scope: 'global.users:id:7' }
const readsEverybody: Permission = { action: 'users:read', scope: 'global.users:*' }

const make = (uid: string, more: object = {}, who: Who = root, headers = {}) =>
  as(who).post(url, { uid, name: uid, version: 1, permissions: [readsTeams], ...more }, headers)
const change = (uid: string, more: object = {}, who: Who = root, headers = {}, bindings = {}) =>
  as(who, bindings).put(`${url}/${uid}`, { name: uid, version: 2, permissions: [readsTeams], ...more }, headers)
const uidsIn = async (path: string, who: Who = root, headers = {}) =>
  JSON.parse((await as(who).get(path, headers)).text).map(({ uid }: { uid: string }) => uid)

const olive = 'olive:pass'
const gwen = 'gwen:pass'
const ids: Record<string, number> = {}

/** Vic is a Viewer of org 1. Olive is the Admin of org 2 and writes roles there, gwen everywhere: she reads one account. */
beforeAll(async () => {
  await as(root).post('/api/orgs', { name: 'Two' })
  for (const login of ['vic', 'olive', 'gwen']) ids[login] = await person(login)
  await as(root).post('/api/orgs/2/users', { loginOrEmail: 'olive', role: 'Admin' })
  await as(root).del(`/api/orgs/1/users/${ids.olive}`)
  await give(ids.olive ?? 0, 2, roleWriter)
  await give(ids.gwen ?? 0, 0, roleWriter)
  await make('seven', { global: true, permissions: [readsSeven] })
  await give(ids.gwen ?? 0, 0, 'seven')
})

describe('roles', () => {
  it('are there, as anybody signed in may know', async () => {
    expect(await as('vic:pass').get('/api/access-control/status')).toMatchObject({
      status: 200,
      body: { enabled: true },
    })
  })

  it('are created, read, changed and deleted as a provisioner does it', async () => {
    const sent = {
      version: 1,
      uid: 'support',
      name: 'Support',
      description: 'Helps',
      displayName: 'The support',
      group: 'Help',
      global: false,
      hidden: true,
      permissions: [readsTeams, { action: 'orgs:read', scope: '' }],
    }
    const created = await as(root).post(url, sent)
    expect(created.status).toBe(201)
    expect(Object.keys(Object(created.body))).toEqual([
      'version',
      'uid',
      'name',
      'displayName',
      'description',
      'group',
      'updated',
      'created',
      'global',
      'hidden',
      'permissions',
    ])
    const shown = (permissions: Permission[]) => permissions.map((one) => ({ ...one, updated: time, created: time }))
    expect(created.body).toEqual({ ...sent, updated: time, created: time, permissions: shown(sent.permissions) })
    expect(await as(root).get(`${url}/support`)).toMatchObject({ status: 200, body: created.body })

    const next = { ...sent, version: 2, name: 'Support 2', hidden: false, permissions: [readsTeams] }
    const changed = await as(root).put(`${url}/support`, next)
    expect(changed).toMatchObject({ status: 200, body: { ...next, permissions: shown([readsTeams]) } })
    expect((await as(root).get(`${url}/support`)).body).toEqual(changed.body)

    expect(await as(root).del(`${url}/support?global=true`)).toMatchObject(message('Role deleted'))
    expect(await as(root).get(`${url}/support`)).toMatchObject(gone)
    expect(await as(root).del(`${url}/support`)).toMatchObject(gone)
  })

  it('have version 0, a uid and nothing else where nothing is said, and each permission once', async () => {
    const { status, body } = await as(root).post(url, {
      name: 'Bare',
      permissions: [readsTeams, { action: 'orgs:read' }, readsTeams, { action: 'orgs:read', scope: null }],
    })
    const uid = textIn(body, 'uid')
    expect(uid).toMatch(/^[A-Za-z0-9]{14}$/)
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { version: 0, displayName: '', description: '', group: '', global: false, hidden: false },
    })
    expect(Reflect.get(Object(body), 'permissions')).toMatchObject([readsTeams, { action: 'orgs:read', scope: '' }])
    await as(root).del(`${url}/${uid}`)
  })

  it('are listed by name, hidden ones when asked for, without their permissions', async () => {
    await make('shy', { hidden: true })
    const { status, body } = await as(root).get(url)
    const names: string[] = Object(body).map(({ name }: { name: string }) => name)
    expect(status).toBe(200)
    expect(names).toEqual(names.toSorted())
    expect(names).toEqual(expect.arrayContaining(['basic:viewer', 'fixed:users:reader', 'seven']))
    expect(names).not.toContain('shy')
    expect(Object(body).find(({ uid }: { uid: string }) => uid === userReader)).toEqual({
      version: 1,
      uid: userReader,
      name: 'fixed:users:reader',
      displayName: 'User reader',
      description: '',
      group: 'Users',
      updated: '0001-01-01T00:00:00Z',
      created: '0001-01-01T00:00:00Z',
      global: true,
      hidden: false,
    })
    expect(await uidsIn(`${url}?includeHidden=true`)).toContain('shy')
    expect(await as(root).get(`${url}/shy`)).toMatchObject({ status: 200, body: { hidden: true } })
    await as(root).del(`${url}/shy`)
  })

  it('say who could give them', async () => {
    const { body } = await as(gwen).get(`${url}?delegatable=true`)
    const canGive: Record<string, boolean> = Object.fromEntries(
      Object(body).map(({ uid, delegatable }: { uid: string; delegatable: boolean }) => [uid, delegatable]),
    )
    expect(canGive).toMatchObject({ seven: true, [roleWriter]: true, [userReader]: false, basic_none: false })
  })

  it.each([
    ['a role that is none', 'nothing', gone],
    ['a uid of another form', 'a%20b', gone],
    ['a basic role', 'basic_viewer', { status: 200, body: { name: 'basic:viewer', global: true, version: 1 } }],
    ['a fixed role', userReader, { status: 200, body: { permissions: expect.any(Array) } }],
  ])('answer to %s', async (_, uid, expected) => {
    expect(await as(root).get(`${url}/${uid}`)).toMatchObject(expected)
  })

  it.each([
    ['no name', { name: undefined }, 'name is required'],
    ['an empty name', { name: '' }, 'name is required'],
    ['a negative version', { version: -1 }, 'bad request data'],
    ['a version that is no number', { version: 'one' }, 'bad request data'],
    ['a long name', { name: 'n'.repeat(191) }, 'bad request data'],
    ['a uid with a space', { uid: 'a b' }, 'uid must be 1 to 40 letters, digits, - and _'],
    ['a long uid', { uid: 'u'.repeat(41) }, 'uid must be 1 to 40 letters, digits, - and _'],
    ['a name of a fixed role', { name: 'fixed:mine' }, 'reserved prefix: fixed:'],
    ['a name of a basic role', { name: 'Basic:mine' }, 'reserved prefix: Basic:'],
    ['a name of a managed role', { name: 'managed:mine' }, 'reserved prefix: managed:'],
    ['a uid of a fixed role', { uid: 'fixed_mine' }, 'reserved prefix: fixed_'],
    ['a uid of a basic role', { uid: 'basic_viewer' }, 'reserved prefix: basic_'],
    ['a uid of a managed role', { uid: 'managed:mine' }, 'reserved prefix: managed:'],
    ['an unknown action', { permissions: [readsTeams, { action: 'x:y' }] }, 'permissions[1]: unknown action: x:y'],
    [
      'an inherited name for an action',
      { permissions: [{ action: 'constructor' }] },
      'permissions[0]: unknown action: constructor',
    ],
    ['a permission without an action', { permissions: [{ scope: '*' }] }, 'permissions[0]: unknown action: '],
    [
      'a malformed scope',
      { permissions: [{ action: 'users:read', scope: 'teams:id:1' }] },
      'permissions[0]: invalid scope of users:read: "teams:id:1" (it takes global.users:* or global.users:id:7)',
    ],
    [
      'a scope where none belongs',
      { permissions: [{ action: 'users:create', scope: '*' }] },
      'permissions[0]: invalid scope of users:create: "*" (it takes an empty one)',
    ],
    ['permissions that are none', { permissions: ['users:read'] }, 'bad request data'],
    ['one permission', { permissions: readsTeams }, 'bad request data'],
    ['an endless action', { permissions: [{ action: 'a'.repeat(191) }] }, 'bad request data'],
  ])('are refused with %s', async (_, more, text) => {
    expect(await make('odd', more)).toMatchObject(message(text, 400))
    expect(await as(root).get(`${url}/odd`)).toMatchObject(gone)
  })

  it('hold a thousand permissions and no more', async () => {
    const permissions = Array.from({ length: 1001 }, (_, n) => ({ action: 'teams:read', scope: `teams:id:${n}` }))
    expect(await make('big', { permissions })).toMatchObject(message('A role has at most 1000 permissions', 413))
    expect(await make('big', { permissions: permissions.slice(1) })).toMatchObject({ status: 201 })
    expect(await change('big', { permissions })).toMatchObject(message('A role has at most 1000 permissions', 413))
    expect(await make('big', { description: 'd'.repeat(1024 * 1024) })).toMatchObject({ status: 413 })
    expect(await as(root).del(`${url}/big`)).toMatchObject({ status: 200 })
  })

  it('have a uid of their own, and a name of their own in the org', async () => {
    await make('one')
    expect(await make('one', { name: 'other' })).toMatchObject(taken)
    expect(await make('two', { name: 'one' })).toMatchObject(taken)
    expect(await make('two', { name: 'one', permissions: [] }, root, inOrg(2))).toMatchObject({ status: 201 })
    await make('three')
    expect(await change('three', { name: 'one' })).toMatchObject(taken)
    for (const uid of ['one', 'three']) await as(root).del(`${url}/${uid}`)
    await as(root).del(`${url}/two`, inOrg(2))
  })

  it('have one winner among ten who make the same at once', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => make('race')))
    expect(all.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)])
    await as(root).del(`${url}/race`)
  })

  it('are made in an org that is there', async () => {
    const bare = { permissions: [] }
    expect(await make('lost', bare, root, inOrg(99))).toMatchObject(message('Organization not found', 404))
    const nora = await person('nora')
    await give(nora, 0, roleWriter)
    await as(root).del(`/api/orgs/1/users/${nora}`)
    expect(await make('lost', bare, 'nora:pass')).toMatchObject(message('You are in no organization: choose one', 400))
    expect(await make('lost', { ...bare, global: true }, 'nora:pass')).toMatchObject({ status: 201 })
    await as(root).del(`${url}/lost`)
  })
})

describe('a change of a role', () => {
  beforeAll(async () => {
    await make('crew')
  })

  it.each([
    ['no version', 'crew', { version: undefined }, message('version is required', 400)],
    ['the same version', 'crew', { version: 1 }, message('version must be greater than 1', 409)],
    ['an older version', 'crew', { version: 0 }, message('version must be greater than 1', 409)],
    ['no name', 'crew', { name: undefined }, message('name is required', 400)],
    ['a reserved name', 'crew', { name: 'fixed:crew' }, message('reserved prefix: fixed:', 400)],
    ['another reach', 'crew', { global: true }, message('A role counts in one organization or in all: for good', 400)],
    [
      'an unknown action',
      'crew',
      { permissions: [{ action: 'x' }] },
      message('permissions[0]: unknown action: x', 400),
    ],
    ['half a body', 'crew', { permissions: 7 }, message('bad request data', 400)],
    ['a role that is none', 'nothing', {}, gone],
    ['a fixed role', userReader, {}, message('Fixed roles cannot be changed', 400)],
  ])('is refused with %s', async (_, uid, more, expected) => {
    expect(await change(uid, more)).toMatchObject(expected)
  })

  it('has one winner among fifty of the same version at once', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, (_, n) => change('crew', { description: `${n}` })))
    expect(all.map(({ status }) => status).sort()).toEqual([200, ...Array(49).fill(409)])
    const winner = all.find(({ status }) => status === 200)
    expect((await as(root).get(`${url}/crew`)).body).toEqual(winner?.body)
  })

  it('does nothing where the role became another one meanwhile', async () => {
    await make('swap')
    const DB = before('UPDATE roles', "UPDATE roles SET permissions = '[]' WHERE uid = 'swap'")
    expect(await change('swap', {}, root, {}, { DB })).toMatchObject(outdated)
    expect(await as(root).get(`${url}/swap`)).toMatchObject({ status: 200, body: { version: 1, permissions: [] } })
    await as(root).del(`${url}/swap`)
  })

  it("counts on the holder's next request", async () => {
    await make('live', { permissions: [] })
    await give(ids.vic ?? 0, 1, 'live')
    const keys = { action: 'apikeys:read', scope: 'apikeys:*' }
    const look = async () => (await as('vic:pass').get('/api/auth/keys')).status
    expect(await look()).toBe(403)
    await change('live', { permissions: [keys] })
    expect(await look()).toBe(200)
    await change('live', { version: 3, permissions: [] })
    expect(await look()).toBe(403)
    await change('live', { version: 4, permissions: [keys] })
    expect(await as(root).del(`${url}/live`)).toMatchObject(
      message('The role is assigned: force=true deletes it with its assignments', 400),
    )
    expect(await look()).toBe(200)
    expect(await as(root).del(`${url}/live?force=true`)).toMatchObject(message('Role deleted'))
    expect(await look()).toBe(403)
    await make('live', { permissions: [keys] })
    expect(await look()).toBe(403)
    await as(root).del(`${url}/live`)
  })
})

describe('nobody', () => {
  it.each([
    ['a stranger', undefined, 401],
    ['a Viewer', 'vic:pass', 403],
  ])('reads or writes roles as %s', async (_, who, status) => {
    for (const [method, path, body] of [
      ['GET', url],
      ['GET', `${url}/seven`],
      ['POST', url, { name: 'x' }],
      ['PUT', `${url}/seven`, { name: 'x', version: 9 }],
      ['DELETE', `${url}/seven`],
      ['POST', `${url}/hard-reset`, { BasicRoles: true }],
      ['GET', builtin],
      ['POST', builtin, { roleUid: 'seven', builtinRole: 'Viewer' }],
      ['DELETE', `${builtin}/Viewer/roles/seven`],
    ] as const) {
      expect(await call(who, method, path, { body })).toMatchObject({ status })
    }
  })

  it.each([
    ['everybody from one', { permissions: [readsEverybody] }, 'users:read', 'global.users:*'],
    [
      'everybody by another spelling',
      { permissions: [{ action: 'users:read', scope: 'users:id:*' }] },
      'users:read',
      'users:id:*',
    ],
    ['any scope', { permissions: [{ action: 'users:read', scope: '*' }] }, 'users:read', '*'],
    [
      'another one',
      { permissions: [{ ...readsSeven, scope: 'global.users:id:70' }] },
      'users:read',
      'global.users:id:70',
    ],
    [
      'leave to change server admins',
      { permissions: [readsSeven, { action: 'users.permissions:write', scope: 'global.users:*' }] },
      'users.permissions:write',
      'global.users:*',
    ],
    [
      'leave to escalate',
      { permissions: [{ action: 'roles:write', scope: 'permissions:type:escalate' }] },
      'roles:write',
      'permissions:type:escalate',
    ],
  ])('makes a role of more than they hold: %s', async (_, more, action, scope) => {
    for (const global of [true, false]) {
      expect(missingIn(await make('more', { ...more, global }, gwen))).toEqual(denied(action, scope))
    }
    expect(await make('less', { permissions: [readsSeven], global: true }, gwen)).toMatchObject({ status: 201 })
    expect(missingIn(await change('less', more, gwen))).toEqual(denied(action, scope))
    expect(await as(gwen).del(`${url}/less`)).toMatchObject({ status: 200 })
    expect(await as(root).get(`${url}/more`)).toMatchObject(gone)
  })

  it('changes, empties or deletes a role that gives more than they hold', async () => {
    await make('above', { global: true, permissions: [readsEverybody] })
    const missing = denied('users:read', 'global.users:*')
    expect(missingIn(await change('above', { permissions: [] }, gwen))).toEqual(missing)
    expect(missingIn(await as(gwen).del(`${url}/above?force=true`))).toEqual(missing)
    await as(root).del(`${url}/above`)
  })

  // CVE-2023-4822
  it('of one org makes, changes or deletes what counts in all', async () => {
    const global = denied('roles:write', delegate)
    expect(missingIn(await make('wide', { global: true, permissions: [] }, olive))).toEqual(global)
    await make('wide', { global: true, permissions: [] })
    expect(missingIn(await change('wide', { permissions: [] }, olive))).toEqual(global)
    expect(missingIn(await as(olive).del(`${url}/wide`))).toEqual(denied('roles:delete', delegate))
    const { body } = await as(olive).get(`${url}/basic_viewer`)
    const same = { name: 'Viewer', version: 2, permissions: Reflect.get(Object(body), 'permissions') }
    expect(missingIn(await as(olive).put(`${url}/basic_viewer`, same))).toEqual(global)
    expect(missingIn(await as(olive).put(`${url}/basic_grafana_admin`, { ...same, permissions: [] }))).toEqual(global)
    expect(missingIn(await as(olive).post(`${url}/hard-reset`, { BasicRoles: true }))).toEqual(
      denied('roles:write', 'permissions:type:escalate'),
    )
    await as(root).del(`${url}/wide`)
  })

  it('of one org makes a role there of what they hold in another', async () => {
    expect(await make('theirs', { permissions: [readsTeams] }, olive)).toMatchObject({ status: 201 })
    expect(await make('ours', { permissions: [] }, olive, inOrg(1))).toMatchObject({ status: 403 })
    await as(olive).del(`${url}/theirs`)
  })

  it('sees a role of another org', async () => {
    await make('hers', {}, olive)
    for (const [method, body] of [['GET'], ['PUT', { name: 'hers', version: 5 }], ['DELETE']] as const) {
      expect(await call(root, method, `${url}/hers`, { body })).toMatchObject(gone)
    }
    expect(await uidsIn(`${url}?includeHidden=true`)).not.toContain('hers')
    expect(await uidsIn(url, root, inOrg(2))).toContain('hers')
    expect(await as(root).post(builtin, { roleUid: 'hers', builtinRole: 'Viewer' })).toMatchObject(gone)
    expect(await as(root).del(`${builtin}/Viewer/roles/hers`)).toMatchObject(gone)
    expect(await as(root).get(`${url}/hers`, inOrg(2))).toMatchObject({ status: 200, body: { version: 1 } })
    await as(olive).del(`${url}/hers`)
  })

  it('writes roles with a token of limits', async () => {
    const permissions = [{ action: 'roles:write', scope: delegate }]
    const made = await as(root).post('/api/user/tokens', { name: 'limited', permissions })
    const short = await as(root).post('/api/user/tokens', { name: 'short', secondsToLive: 3600 })
    for (const { body } of [made, short]) {
      const who = { token: textIn(body, 'key') }
      expect(await make('lim', { permissions: [] }, who)).toMatchObject(limited)
      expect(await change('seven', {}, who)).toMatchObject(limited)
    }
    const who = { token: textIn(short.body, 'key') }
    expect(await as(who).post(`${url}/hard-reset`, {})).toMatchObject(limited)
    expect(await as(who).post(builtin, { roleUid: 'seven', builtinRole: 'Viewer' })).toMatchObject(limited)
  })
})

describe('a basic role', () => {
  const changeBasic = async (uid: string, edit: (permissions: Permission[]) => Permission[], who: Who = root) => {
    const { body } = await as(root).get(`${url}/${uid}`)
    const permissions: Permission[] = Reflect.get(Object(body), 'permissions')
    return as(who).put(`${url}/${uid}`, { version: numberIn(body, 'version') + 1, permissions: edit(permissions) })
  }
  const reset = () => as(root).post(`${url}/hard-reset`, { basicroles: true })
  const readsStats: Permission = { action: 'server.stats:read', scope: '' }
  const stats = async () => (await as('vic:pass').get('/api/admin/stats')).status

  it('has its permissions changed, not its name, at once, and taken back', async () => {
    const came = (await as(root).get(`${url}/basic_viewer`)).body
    expect(await stats()).toBe(403)
    const { status, body } = await as(root).put(`${url}/basic_viewer`, {
      name: 'fixed:mine',
      hidden: true,
      global: false,
      version: 7,
      permissions: [...Reflect.get(Object(came), 'permissions'), readsStats],
    })
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        uid: 'basic_viewer',
        name: 'basic:viewer',
        displayName: 'Viewer',
        version: 7,
        global: true,
        hidden: false,
      },
    })
    expect((await as(root).get(`${url}/basic_viewer`)).body).toEqual(body)
    expect((await uidsIn(url)).filter((uid: string) => uid === 'basic_viewer')).toEqual(['basic_viewer'])
    expect(await stats()).toBe(200)
    expect(await as(root).post(`${url}/hard-reset`, {})).toMatchObject(message('Reset performed'))
    expect(await stats()).toBe(200)
    expect(await reset()).toMatchObject(message('Reset performed'))
    expect(await stats()).toBe(403)
    expect((await as(root).get(`${url}/basic_viewer`)).body).toEqual(came)
  })

  it('takes holding what is added and what is taken away, on the whole server', async () => {
    const reads = denied('users:read', 'global.users:*')
    expect(missingIn(await changeBasic('basic_viewer', (all) => [...all, readsEverybody], gwen))).toEqual(reads)
    expect(await changeBasic('basic_viewer', (all) => [...all, readsEverybody])).toMatchObject({ status: 200 })
    const without = (all: Permission[]) => all.filter(({ action }) => action !== 'users:read')
    expect(missingIn(await changeBasic('basic_viewer', without, gwen))).toEqual(reads)
    expect(await changeBasic('basic_viewer', (all) => [...all, readsSeven], gwen)).toMatchObject({ status: 200 })
    await reset()
    // A server admin holds these by the role in an org alone.
    const dashboards = denied('dashboards:read', 'dashboards:*')
    expect(missingIn(await changeBasic('basic_viewer', () => []))).toEqual(dashboards)
  })

  it.each([
    ['roles:read', 'roles:*'],
    ['roles:write', 'permissions:type:escalate'],
    ['users.permissions:write', 'global.users:*'],
  ])('of server admins keeps %s on %s', async (action, scope) => {
    const without = (all: Permission[]) => all.filter((one) => one.action !== action || one.scope !== scope)
    expect(await changeBasic('basic_grafana_admin', without)).toMatchObject(
      message(`Grafana Admin must keep ${action}: nobody could give it back`, 400),
    )
  })

  it('of server admins can lose the rest', async () => {
    const without = (all: Permission[]) => all.filter((one) => one.action !== 'server.stats:read')
    expect(await changeBasic('basic_grafana_admin', without)).toMatchObject({ status: 200 })
    expect(await as(root).get('/api/admin/stats')).toMatchObject({ status: 403 })
    await reset()
    expect(await as(root).get('/api/admin/stats')).toMatchObject({ status: 200 })
  })

  it('has one winner of its first change, and none over a reset', async () => {
    const all = await Promise.all(
      Array.from({ length: 10 }, () => changeBasic('basic_viewer', (rest) => [...rest, readsStats])),
    )
    expect(all.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)])
    const { body } = await as(root).get(`${url}/basic_viewer`)
    const DB = before('UPDATE roles', "DELETE FROM roles WHERE uid = 'basic_viewer'")
    const next = { version: 3, permissions: Reflect.get(Object(body), 'permissions') }
    expect(await as(root, { DB }).put(`${url}/basic_viewer`, next)).toMatchObject(outdated)
    expect(await stats()).toBe(403)
  })

  it.each(['basic_viewer', userReader])('is not deleted, nor is a fixed one: %s', async (uid) => {
    expect(await as(root).del(`${url}/${uid}?force=true`)).toMatchObject(
      message('Fixed and basic roles cannot be deleted', 400),
    )
  })
})

describe('a role that is deleted', () => {
  it('is the one that was looked at, and unassigned', async () => {
    await make('late')
    const other = before('batch', "UPDATE roles SET permissions = '[]' WHERE uid = 'late'")
    expect(await as(root, { DB: other }).del(`${url}/late`)).toMatchObject(outdated)
    const assigned = before(
      'batch',
      `INSERT INTO role_assignments (role_uid, org_id, user_id, created_at) VALUES ('late', 1, ${ids.vic}, 0)`,
    )
    expect(await as(root, { DB: assigned }).del(`${url}/late`)).toMatchObject({ status: 400 })
    expect(await as(root).del(`${url}/late?force=true`)).toMatchObject({ status: 200 })
  })
})

describe('built-in role grants', () => {
  const grant = (roleUid: string, builtinRole: string, more: object = {}, who: Who = root, headers = {}) =>
    as(who).post(builtin, { roleUid, builtinRole, ...more }, headers)
  const readsKeys: Permission = { action: 'apikeys:read', scope: 'apikeys:*' }
  const added = message('Built-in role grant added')
  const keys = async () => (await as('vic:pass').get('/api/auth/keys')).status

  it('give a role to everybody of a basic role in the org, from the next request', async () => {
    await make('keys', { permissions: [readsKeys] })
    await make('also', { permissions: [] })
    expect(await keys()).toBe(403)
    expect(await grant('keys', 'Editor')).toMatchObject(added)
    expect(await keys()).toBe(403)
    expect(await grant('keys', 'Viewer')).toMatchObject(added)
    expect(await grant('keys', 'Viewer')).toMatchObject(added)
    expect(await grant('also', 'Viewer')).toMatchObject(added)
    expect(await grant(userReader, 'Admin')).toMatchObject(added)
    expect(await keys()).toBe(200)
    const { body, text } = await as(root).get(builtin)
    const uids = Object.entries(Object(body)).map(([name, list]) => [
      name,
      Object(list).map((one: { uid: string }) => one.uid),
    ])
    expect(uids).toEqual([
      ['Viewer', ['also', 'keys']],
      ['Editor', ['keys']],
      ['Admin', [userReader]],
      ['Grafana Admin', []],
    ])
    expect(text).not.toContain('permissions')
    expect((await as(root).get(builtin, inOrg(2))).body).toEqual({
      Viewer: [],
      Editor: [],
      Admin: [],
      'Grafana Admin': [],
    })
    expect(await as(root).del(`${builtin}/Viewer/roles/keys`)).toMatchObject(message('Built-in role grant removed'))
    expect(await keys()).toBe(403)
    expect(await as(root).del(`${builtin}/Viewer/roles/keys`)).toMatchObject(
      message('Built-in role grant not found', 404),
    )
  })

  const onlyHere = message(
    'A role can be given to Viewer, Editor or Admin, in one organization: else change the basic role',
    400,
  )
  const notBasic = message('Basic roles cannot be assigned: change the role in the organization', 400)

  it.each([
    ['all orgs', 'seven', 'Viewer', { global: true }, onlyHere],
    ['server admins', 'seven', 'Grafana Admin', {}, onlyHere],
    ['None', 'seven', 'None', {}, onlyHere],
    ['no role', 'seven', 'King', {}, onlyHere],
    ['a basic role', 'basic_admin', 'Viewer', {}, notBasic],
    ['an unknown role', 'nothing', 'Viewer', {}, gone],
    ['nothing', '', 'Viewer', {}, message('bad request data', 400)],
  ])('are refused for %s', async (_, uid, builtinRole, more, expected) => {
    expect(await grant(uid, builtinRole, more)).toMatchObject(expected)
  })

  it('take holding what they give, in an org that is there', async () => {
    const missing = denied('users:read', 'global.users:*')
    expect(missingIn(await grant(userReader, 'Viewer', {}, gwen))).toEqual(missing)
    expect(missingIn(await as(gwen).del(`${builtin}/Admin/roles/${userReader}`))).toEqual(missing)
    expect(await grant('seven', 'Viewer', {}, root, inOrg(99))).toMatchObject(message('Organization not found', 404))
    expect(await as(root).del(`${builtin}/Grafana%20Admin/roles/seven`)).toMatchObject(onlyHere)
    expect(await as(root).del(`${builtin}/Viewer/roles/seven?global=true`)).toMatchObject(onlyHere)
  })

  it('are of the role that was looked at', async () => {
    await make('turn', { permissions: [] })
    const DB = before('batch', `UPDATE roles SET permissions = '[["users:read","*"]]' WHERE uid = 'turn'`)
    expect(await as(root, { DB }).post(builtin, { roleUid: 'turn', builtinRole: 'Viewer' })).toMatchObject(outdated)
  })
})

describe('a request about roles costs no more than its budget:', () => {
  const { db, count, reset } = countingD1()

  it.each([
    ['GET', url, undefined, 200, 2],
    ['GET', `${url}?delegatable=true`, undefined, 200, 2],
    ['GET', `${url}/seven`, undefined, 200, 2],
    ['GET', '/api/access-control/status', undefined, 200, 1],
    ['POST', url, { uid: 'cheap', name: 'cheap' }, 201, 2],
    ['PUT', `${url}/cheap`, { name: 'cheap', version: 1 }, 200, 3],
    ['POST', builtin, { roleUid: 'cheap', builtinRole: 'Viewer' }, 200, 3],
    ['GET', builtin, undefined, 200, 2],
    ['DELETE', `${builtin}/Viewer/roles/cheap`, undefined, 200, 3],
    ['DELETE', `${url}/cheap`, undefined, 200, 3],
    ['POST', `${url}/hard-reset`, { BasicRoles: true }, 200, 2],
  ] as const)('%s %s', async (method, path, body, status, trips) => {
    await as(root).get('/api/user')
    reset()
    expect(await call(root, method, path, { body, bindings: { DB: db } })).toMatchObject({ status })
    expect(count.trips).toBeLessThanOrEqual(trips)
    expect(count.rowsRead).toBeLessThanOrEqual(60)
  })
})
