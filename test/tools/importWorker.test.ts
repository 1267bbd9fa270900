import { expect, it } from 'vitest'
import { build } from '../../scripts/wrangler.ts'
import { filledGrafana } from './grafana/filled.ts'
import { accountToken, apiKeys, people, secretKey, session } from './grafana/people.ts'
import { emptyDatabase, temporaryFolder } from './support/database.ts'
import { importInto, openAt } from './support/import.ts'
import { basic, bearer, startInstance } from './support/instance.ts'

it('lets people, keys, tokens and browsers in by what they had', async () => {
  const folder = temporaryFolder()
  const db = await emptyDatabase(folder)
  await importInto(db, openAt(filledGrafana(folder, '9'), { withSessions: true }))
  const now = Math.floor(Date.now() / 1000)
  await db.apply([`UPDATE sessions SET seen_at = ${now}, expires_at = ${now + 1000}`])
  const { get } = await startInstance(build(temporaryFolder()), folder, { GRAFANA_SECRET_KEY: secretKey })
  for (const { id, login, email, password, isDisabled } of people) {
    for (const name of [login, email]) {
      const { status, body } = await get(basic(name, password), '/api/user')
      expect([name, status, Object(body).id]).toEqual(isDisabled ? [name, 401, undefined] : [name, 200, id])
    }
  }
  expect((await get(basic('RosaBrown0', 'correct horse battery1'), '/api/user')).status).toBe(401)
  for (const key of [...apiKeys.map(({ key }) => key), accountToken.key]) {
    expect(await get(bearer(key), '/api/org')).toMatchObject({ status: 200, body: { id: 1, name: 'Main Org.' } })
  }
  const carried = await db.rows("SELECT count(*) AS n FROM tokens WHERE hash LIKE 'grafana:%'")
  expect(carried).toEqual([{ n: 0 }])
  // Editors were given a custom role by which they see members; an Editor still doesn't see keys, and an Admin does.
  expect((await get(bearer(apiKeys[0].key), '/api/org/users')).status).toBe(200)
  expect((await get(bearer(apiKeys[0].key), '/api/auth/keys')).status).toBe(403)
  expect((await get(bearer(apiKeys[1].key), '/api/auth/keys')).status).toBe(200)
  const cookie = { Cookie: `grafana_session=${session.cookie}` }
  expect(await get(cookie, '/api/user')).toMatchObject({ status: 200, body: { id: session.userId } })
  expect(await get(cookie, '/api/user/auth-tokens')).toMatchObject({
    status: 200,
    body: [{ id: session.id, isActive: true }],
  })
  expect(await get(cookie, '/api/user/preferences')).toMatchObject({ body: { theme: 'dark', homeDashboardUID: 'def' } })
})
