import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brokenRule, openDb } from '../src/db/client.ts'
import { deleteUser, setAdmin, setDisabled } from '../src/users/queries.ts'
import { type Answer, as, logIn, numberIn, person, root } from './support/client.ts'

const create = (login: string, email = '') => as(root).post('/api/admin/users', { login, email, password: 'pass' })
const lookUp = (name: string) => as(root).get(`/api/users/lookup?loginOrEmail=${encodeURIComponent(name)}`)

/** How many answers there were of each status. */
function tally(answers: Answer[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

const count = async (text: string, ...values: unknown[]) =>
  (await env.DB.prepare(text)
    .bind(...values)
    .first<number>('n')) ?? -1

const upTo = (n: number) => Array.from({ length: n }, (_, at) => at)

describe('a name is one person', () => {
  /** Few enough that they meet, in every case and form. */
  const name = fc
    .array(fc.constantFrom('a', 'A', 'é', 'É', 'e\u0301', 'E\u0301', 'ж', 'Ж', '@'), { minLength: 1, maxLength: 2 })
    .map((letters) => letters.join(''))
  const step = fc.record({ rename: fc.boolean(), login: name, email: name })

  type Step = { rename: boolean; login: string; email: string }

  /** Which names are one, said once more here: the code's own word for it would agree with itself. */
  const folded = (text: string) => text.normalize('NFC').toLowerCase()

  /** Who holds which name, as it should be. `last` is who was made last, and is renamed. */
  class Directory {
    readonly taken = new Map([
      ['admin', 1],
      ['admin@localhost', 1],
    ])
    last = 0

    isFree = (names: string[], but: number) => names.every((key) => [undefined, but].includes(this.taken.get(key)))

    async take({ rename, login, email }: Step) {
      if (rename && this.last > 0) await this.rename(this.last, login, email)
      else await this.create(login, email)
    }

    async create(login: string, email: string) {
      const names = [folded(login), folded(email)]
      const isFree = this.isFree(names, 0)
      const answer = await create(login, email)
      expect([answer.status, login, email]).toEqual([isFree ? 200 : 412, login, email])
      if (isFree) this.hold(numberIn(answer.body, 'id'), names)
    }

    async rename(id: number, login: string, email: string) {
      const names = [folded(login), folded(email)]
      const isFree = this.isFree(names, id)
      const answer = await as(root).put(`/api/users/${id}`, { login, email })
      expect([answer.status, login, email]).toEqual([isFree ? 200 : 409, login, email])
      if (isFree) this.hold(id, names)
    }

    hold(id: number, names: string[]) {
      for (const [key, owner] of this.taken) if (owner === id) this.taken.delete(key)
      for (const key of names) this.taken.set(key, id)
      this.last = id
    }
  }

  it('as login and as e-mail, in any case and form, whatever is made and renamed', async () => {
    const check = async (steps: Step[]) => {
      await env.DB.prepare('DELETE FROM users WHERE id > 1').run()
      await as(root).get('/api/user')
      const directory = new Directory()
      for (const step of steps) await directory.take(step)
      const { results } = await env.DB.prepare('SELECT name_key, user_id FROM sign_in_names').all()
      const held = results.map((row) => [String(row.name_key), Number(row.user_id)] as const)
      expect(new Map(held)).toEqual(directory.taken)
    }
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), check), { numRuns: 15 })
  }, 60_000)

  it('when fifty ask for it at once: one gets it', async () => {
    const spellings = ['race', 'RACE', 'Race', 'rAcE', 'racE']
    const asked = upTo(50).map((n) => {
      const spelling = spellings[n % 5] ?? ''
      return n % 2 ? create(spelling, `race${n}@example.org`) : create(`racer${n}`, spelling)
    })
    expect(tally(await Promise.all(asked))).toEqual({ 200: 1, 412: 49 })
    expect(await count("SELECT count(*) AS n FROM users WHERE 'race' IN (login_key, email_key)")).toBe(1)
    expect(await count("SELECT count(*) AS n FROM sign_in_names WHERE name_key LIKE 'race%'")).toBe(2)
  })

  it('when fifty people are renamed to it at once: one is', async () => {
    const ids = await Promise.all(upTo(50).map((n) => person(`runner${n}`, { email: `runner${n}@example.org` })))
    const answers = await Promise.all(
      ids.map((id, n) =>
        as(root).put(
          `/api/users/${id}`,
          n % 2 ? { login: n % 3 ? 'Goal' : 'goal' } : { login: `runner${n}`, email: 'GOAL' },
        ),
      ),
    )
    expect(tally(answers)).toEqual({ 200: 1, 409: 49 })
    expect(await count("SELECT count(*) AS n FROM users WHERE 'goal' IN (login_key, email_key)")).toBe(1)
    expect(await count("SELECT count(*) AS n FROM users WHERE login_key LIKE 'runner%' OR login_key = 'goal'")).toBe(50)
  })

  it('when two swap theirs at once: both are refused, and keep them', async () => {
    const ids = [await person('left'), await person('right')]
    const answers = await Promise.all(
      ids.map((id, n) => as(root).put(`/api/users/${id}`, { login: n ? 'left' : 'right' })),
    )
    expect(tally(answers)).toEqual({ 409: 2 })
    for (const login of ['left', 'right']) expect((await as(`${login}:pass`).get('/api/user')).status).toBe(200)
  })
})

describe('what a name may hold', () => {
  const refusal = { status: 400, body: { message: 'login and email cannot hold control characters' } }

  it.each([
    ['a NUL', '\0'],
    ['a line break', '\n'],
    ['a delete', '\u007f'],
    ['a C1 control', '\u0085'],
    ['a soft hyphen', '\u00ad'],
    ['a grapheme joiner', '\u034f'],
    ['an Arabic letter mark', '\u061c'],
    ['a Hangul filler', '\u3164'],
    ['a zero-width space', '\u200b'],
    ['a zero-width non-joiner', '\u200c'],
    ['a zero-width joiner', '\u200d'],
    ['a left-to-right mark', '\u200e'],
    ['a right-to-left override', '\u202e'],
    ['an isolate', '\u2066'],
    ['a word joiner', '\u2060'],
    ['a byte-order mark', '\ufeff'],
    ['a variation selector', '\ufe0f'],
    ['a tag letter', '\u{e0061}'],
    ['a line separator', '\u2028'],
    ['a paragraph separator', '\u2029'],
    ['a no-break space', '\u00a0'],
    ['a thin space', '\u2009'],
    ['an ideographic space', '\u3000'],
    ['an empty Braille cell', '\u2800'],
    ['a private letter', '\ue000'],
    ['a tab', '\t'],
  ])('is not %s', async (_, char) => {
    expect(await create(`ad${char}min`)).toMatchObject(refusal)
    expect(await create('innocent', `ad${char}min@localhost`)).toMatchObject(refusal)
    expect(await as(root).put('/api/user', { login: `ad${char}min` })).toMatchObject(refusal)
    expect((await lookUp(`ad${char}min`)).status).toBe(404)
  })

  it.each([
    ['control characters', '\u0000'],
    ['zero-width characters', 'a\u200bb'],
  ])('is nothing unseen where somebody signs up: %s', async (_, username) => {
    const body = { username, email: 'self@example.org', password: 'pass-word', name: '' }
    const answer = await as(undefined, { ALLOW_SIGN_UP: 'true' }).post('/api/user/signup/step2', body)
    expect(answer).toMatchObject({ status: 400, body: { message: 'Invalid username' } })
  })

  it.each(['', ' ', '\t\n', '\u00a0', '\u2003\u3000', '\ufeff'])('is not nothing: %j', async (blank) => {
    expect((await create(blank, blank)).status).toBe(400)
    expect((await as(root).put('/api/user', { login: blank, email: blank })).status).toBe(400)
  })

  it('has no space around it, of whatever width', async () => {
    const { body } = await create('\u3000 spaced \u00a0\u2003', '\ufeffspaced@example.org\n')
    expect((await as(root).get(`/api/users/${numberIn(body, 'id')}`)).body).toMatchObject({
      login: 'spaced',
      email: 'spaced@example.org',
    })
    expect((await create('spaced\u2009')).status).toBe(412)
  })

  it('is kept composed (NFC), and found in either form', async () => {
    const { body } = await create('rene\u0301', 'rene\u0301@example.org')
    expect((await as(root).get(`/api/users/${numberIn(body, 'id')}`)).body).toMatchObject({
      login: 'ren\u00e9',
      email: 'ren\u00e9@example.org',
    })
    for (const login of ['ren\u00e9', 'rene\u0301']) {
      expect((await as(`${login}:pass`).get('/api/user')).status).toBe(200)
      expect((await lookUp(login)).status).toBe(200)
    }
    expect((await create('RENE\u0301')).status).toBe(412)
  })

  it('may look like another in another alphabet: documented, and never the same account', async () => {
    const { body } = await create('\u0430dmin')
    expect((await lookUp('\u0430dmin')).body).toMatchObject({ id: numberIn(body, 'id') })
    expect((await lookUp('admin')).body).toMatchObject({ id: 1 })
    expect((await as('\u0430dmin:admin').get('/api/user')).status).toBe(401)
  })
})

describe('a name that looks like an id', () => {
  it.each(['1', '01', '+1', '1.0', '1e0', '0x1', '-1', '9007199254740993', 'id:1', 'user:1', 'name:1', 'NaN', 'null'])(
    '%j is a name and nothing else',
    async (login) => {
      const id = await person(login, { email: `${login}@example.org` })
      expect(id).toBeGreaterThan(1)
      expect((await lookUp(login)).body).toMatchObject({ id, login })
      // By a cookie, since Basic can't carry a name with a colon.
      const session = await logIn(login, 'pass')
      expect((await as(session).get('/api/user')).body).toMatchObject({ id, login, isGrafanaAdmin: false })
      expect((await as(root).get('/api/users/1')).body).toMatchObject({ login: 'admin' })
      const { body } = await as(root).post('/api/orgs', { name: `Org of ${login}` })
      const orgId = numberIn(body, 'orgId')
      const added = await as(root).post(`/api/orgs/${orgId}/users`, { loginOrEmail: login, role: 'Viewer' })
      expect(added.body).toMatchObject({ userId: id })
    },
  )

  it('is not found where nobody has it, though an id is there', async () => {
    expect((await lookUp('2')).status).toBe(404)
    expect((await as('2:pass').get('/api/user')).status).toBe(401)
    const added = await as(root).post('/api/org/users', { loginOrEmail: '2', role: 'Viewer' })
    expect(added.status).toBe(404)
  })
})

describe('an id', () => {
  const kinds: [string, string, object, string, (id: number) => string][] = [
    ['of a person', '/api/admin/users', { login: 'again', password: 'pass' }, 'id', (id) => `/api/admin/users/${id}`],
    ['of an organization', '/api/orgs', { name: 'Again' }, 'orgId', (id) => `/api/orgs/${id}`],
    ['of a team', '/api/teams', { name: 'Again' }, 'teamId', (id) => `/api/teams/${id}`],
    ['of a service account', '/api/serviceaccounts', { name: 'again' }, 'id', (id) => `/api/serviceaccounts/${id}`],
    ['of an API key', '/api/auth/keys', { name: 'again', role: 'Viewer' }, 'id', (id) => `/api/auth/keys/${id}`],
    ['of a personal token', '/api/user/tokens', { name: 'again' }, 'id', (id) => `/api/user/tokens/${id}`],
  ]

  it.each(kinds)('%s is never given twice', async (_, path, body, key, address) => {
    const given: number[] = []
    for (const _round of upTo(4)) {
      const made = await as(root).post(path, body)
      given.push(numberIn(made.body, key))
      expect((await as(root).del(address(given.at(-1) ?? 0))).status).toBe(200)
    }
    expect(given).toEqual([...new Set(given)].sort((a, b) => a - b))
  })

  it('of a session is never given twice, so that an old one to revoke is nobody else’s', async () => {
    const given: number[] = []
    const id = await person('often')
    for (const _round of upTo(3)) {
      await as(undefined).post('/login', { user: 'often', password: 'pass' })
      given.push(await count('SELECT max(id) AS n FROM sessions WHERE user_id = ?1', id))
      await as(root).post(`/api/admin/users/${id}/logout`)
    }
    expect(given).toEqual([...new Set(given)].sort((a, b) => a - b))
  })
})

describe('the last admin', () => {
  const admins = 'SELECT count(*) AS n FROM users WHERE is_admin = 1 AND is_disabled = 0'

  async function newAdmin(login: string) {
    const id = await person(login)
    await as(root).put(`/api/admin/users/${id}/permissions`, { isGrafanaAdmin: true })
    return id
  }

  it('of the server is left when admins remove each other at once, in every way', async () => {
    const ids = await Promise.all(upTo(5).map((n) => newAdmin(`boss${n}`)))
    const ways = [
      (who: string, id: number) => as(who).put(`/api/admin/users/${id}/permissions`, { isGrafanaAdmin: false }),
      (who: string, id: number) => as(who).post(`/api/admin/users/${id}/disable`),
      (who: string, id: number) => as(who).del(`/api/admin/users/${id}`),
    ]
    const answers = await Promise.all(
      upTo(50).map((n) => ways[n % 3]?.(n % 2 ? root : `boss${n % 5}:pass`, [1, ...ids][(n * 7) % 6] ?? 0)),
    )
    const statuses = new Set(answers.map((answer) => answer?.status))
    expect([...statuses].filter((status) => ![200, 400, 401, 403, 404].includes(status ?? 0))).toEqual([])
    expect(await count(admins)).toBeGreaterThanOrEqual(1)
    await env.DB.prepare('UPDATE users SET is_admin = 1, is_disabled = 0 WHERE id = 1').run()
  })

  it('of an organization is left, exactly one, when fifty requests remove them all; the whole of it may go', async () => {
    const orgId = numberIn((await as(root).post('/api/orgs', { name: 'Republic' })).body, 'orgId')
    const ids = await Promise.all(upTo(6).map((n) => person(`consul${n}`)))
    const roles = 'SELECT count(*) AS n FROM org_members WHERE org_id = ?1 AND role = ?2'
    for (const n of upTo(6))
      await as(root).post(`/api/orgs/${orgId}/users`, { loginOrEmail: `consul${n}`, role: 'Admin' })
    await as(root).del(`/api/orgs/${orgId}/users/1`)
    expect(await count(roles, orgId, 'Admin')).toBe(6)
    const there = { 'X-Grafana-Org-Id': String(orgId) }
    const ways = [
      (id: number) => as(root).patch(`/api/orgs/${orgId}/users/${id}`, { role: 'Viewer' }),
      (id: number) => as(root).del(`/api/orgs/${orgId}/users/${id}`),
      (id: number) => as(root).del(`/api/admin/users/${id}`),
      (id: number) => as(root).patch(`/api/org/users/${id}`, { role: 'Viewer' }, there),
    ]
    const answers = await Promise.all(upTo(50).map((n) => ways[n % 4]?.(ids[(n * 5) % 6] ?? 0)))
    const statuses = new Set(answers.map((answer) => answer?.status))
    expect([...statuses].filter((status) => ![200, 400, 403, 404].includes(status ?? 0))).toEqual([])
    expect(await count(roles, orgId, 'Admin')).toBe(1)
    expect((await as(root).del(`/api/orgs/${orgId}`)).status).toBe(200)
    expect(await count(roles, orgId, 'Admin')).toBe(0)
  })

  // Comes last: whoever is left may be none of those above.
  it('of the server is exactly one when fifty statements come at once', async () => {
    await Promise.all(upTo(5).map((n) => newAdmin(`chief${n}`)))
    // Nobody whom an organization needs: then it would be that rule which keeps them.
    await env.DB.prepare("UPDATE users SET is_admin = 0 WHERE login NOT LIKE 'chief%'").run()
    const db = openDb(env.DB)
    const { results } = await env.DB.prepare('SELECT id FROM users WHERE is_admin = 1 AND is_disabled = 0').all<{
      id: number
    }>()
    const removals = upTo(50).map((n) => {
      const id = results[n % results.length]?.id ?? 0
      // Each of them in every way in turn.
      const way = ((n % results.length) + Math.floor(n / results.length)) % 3
      if (way === 0) return setAdmin(db, id, false, 1)
      return way === 1 ? setDisabled(db, id, true, 1, 'everybody') : deleteUser(db, id, 'everybody')
    })
    const outcomes = await Promise.allSettled(removals)
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [brokenRule(outcome.reason)] : []))
    expect(new Set(refused)).toEqual(new Set(['cannot remove last grafana admin']))
    expect(await count(admins)).toBe(1)
  })
})
