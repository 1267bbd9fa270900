import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { read, said } from './support/planted.ts'

/** A Worker that is not as it should be: answers with this status, body and time. */
async function startAnswering(status: number, body: object, date = new Date()): Promise<string> {
  const server = createServer((_, response) => {
    response
      .writeHead(status, { 'Content-Type': 'application/json', Date: date.toUTCString() })
      .end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Where nothing listens any more. */
async function unused(): Promise<URL> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return new URL(`http://127.0.0.1:${port}`)
}

describe('planted in what runs', () => {
  const { version } = JSON.parse(read('package.json'))
  const right = { commit: `rollcall-${version}`, database: 'ok', version: '9.3.2' }

  it.each<[check: string, status: number, body: object, found: RegExp]>([
    [
      'health',
      500,
      { message: 'Internal server error' },
      /^error: \S+\/api\/health answers 500: Internal server error => The terminal of npm run dev says why$/,
    ],
    [
      'health',
      200,
      { database: 'ok', commit: 'abc', version: '12.0.0' },
      /^error: \S+\/api\/health is not Rollcall's => Is the address right\? --url$/,
    ],
    [
      'version',
      200,
      { ...right, commit: 'rollcall-0.0.1' },
      new RegExp(`^warning: \\S+ runs rollcall-0\\.0\\.1, and the code here is rollcall-${version} => `),
    ],
    [
      'GRAFANA_VERSION',
      200,
      { ...right, version: '12.0.0' },
      /^warning: \S+ says Grafana 12\.0\.0, and the settings here say 9\.3\.2 => /,
    ],
  ])('%s', async (check, status, body, found) => {
    expect(await said(check, { asked: { url: await startAnswering(status, body) } })).toEqual([
      expect.stringMatching(found),
    ])
    expect(await said(check, { asked: { url: await startAnswering(200, right) } })).toEqual([])
  })

  it('a clock that is wrong', async () => {
    const url = await startAnswering(200, right, new Date(Date.now() - 3_600_000))
    expect(await said('clock', { asked: { url } })).toEqual([
      expect.stringMatching(/^warning: This machine's clock is 3\d{3} s ahead of the Worker's => /),
    ])
    expect(await said('clock', { asked: { url: await startAnswering(200, right) } })).toEqual([])
  })

  it('nothing: an error where it was said to run, else not checked', async () => {
    const { origin, port } = await unused()
    expect(await said('health', { asked: { url: origin } })).toEqual([
      `error: Nothing answers at ${origin} => npm run dev -- --port ${port}; is the address right?`,
    ])
    const nowhere = { address: new URL(origin), isAddressSaid: false, fetch: async () => undefined }
    expect(await said('health', { site: nowhere })).toEqual([
      `not checked: nothing runs at ${origin}: npm run dev, or say --url`,
    ])
    expect(await said('version', { site: nowhere })).toEqual(['not checked: the check "health" comes first'])
  })
})
