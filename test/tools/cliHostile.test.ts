import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { shown } from '../../scripts/cli/output.ts'
import { root } from '../../scripts/wrangler.ts'
import { rollcall } from './support/rollcall.ts'

/** Somebody in the place of a Rollcall. */
async function startServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const answering = (body: string, status = 200, headers = {}) =>
  startServer((_, response) => void response.writeHead(status, headers).end(body))

async function outcome(url: string, words: string[], token = 'secret') {
  const { code, stdout, stderr } = await rollcall(root, [...words, '--url', url], { env: { ROLLCALL_TOKEN: token } })
  return [code, stdout, stderr.trim()]
}

const list = ['user', 'list']
const notRollcall = 'No JSON came: is this the address of a Rollcall?'

describe('an answer of somebody else', () => {
  it('steers no terminal', async () => {
    const url = await answering(JSON.stringify({ message: 'no\u001b[2J\u202egone' }), 403)
    expect(await outcome(url, list)).toEqual([1, '', 'no?[2J?gone (status 403)'])
    const person = { id: 1, login: 'a\u001b[2J\u202eb', email: 'x', name: null, lastSeenAt: 'y' }
    const [, stdout] = await outcome(await answering(JSON.stringify({ users: [person] })), list)
    expect(String(stdout).split('\n')[1]).toBe('1\ta?[2J?b\tx\t\t-\ty')
    const key = await answering(JSON.stringify({ id: 1, key: 'a\u009b2J' }))
    expect((await outcome(key, ['token', 'create', 'x']))[1]).toBe('a?2J\n')
    expect(shown('Zoë 李 \u2028👩‍💻')).toBe('Zoë 李 ?👩‍💻')
  })

  it('is no answer: a page, nothing, a list without an end, a token that is none', async () => {
    expect(await outcome(await answering('<html>'), list)).toEqual([1, '', `${notRollcall} (status 200)`])
    for (const body of ['null', '5', '{}', '{"users":[],"cursor":""}'])
      expect(await outcome(await answering(body), list)).toEqual([1, '', 'No list came: is this a Rollcall?'])
    expect(await outcome(await answering('{}'), ['token', 'create', 'x'])).toEqual([
      1,
      '',
      'No token came: is this the address of a Rollcall?',
    ])
    expect(await outcome(await answering('{}'), ['user', 'show', 'x'])).toEqual([
      1,
      '',
      'There is nobody with the login, e-mail or id "x"',
    ])
  })

  it('is not read where it has no end', async () => {
    const megabyte = 'x'.repeat(1024 * 1024)
    const url = await startServer((_, response) => {
      const more = () => void response.write(megabyte, (error) => (error ? undefined : more()))
      more()
    })
    const words = 'More than 64 MiB came: is this the address of a Rollcall?'
    expect(await outcome(url, list)).toEqual([1, '', words])
  })

  it('that breaks off says so', async () => {
    const url = await startServer((_, response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('{"users":', () => response.destroy())
    })
    expect(await outcome(url, list)).toEqual([1, '', expect.stringMatching(/^The answer broke off: /)])
  })
})

describe('a token', () => {
  it('is sent to no other host, by a redirect or by the address', async () => {
    const asked: unknown[] = []
    const other = await startServer(({ headers }, response) => {
      asked.push(headers.authorization)
      response.end('{"users":[]}')
    })
    const redirecting = await answering('', 307, { Location: `${other}/` })
    expect((await outcome(redirecting, list))[0]).toBe(1)
    const { host } = new URL(other)
    expect((await outcome(`${await answering('{}', 404)}//${host}`, list))[0]).toBe(1)
    expect(asked).toEqual([])
    expect((await outcome(other, list))[0]).toBe(0)
    expect(asked).toEqual(['Bearer secret'])
  })

  it('is in no message, were it broken', async () => {
    const words = 'ROLLCALL_TOKEN holds what no token has, like a space or a line break'
    for (const token of ['sec\nret', 'sec ret', 'sécret'])
      expect(await outcome(await answering('{}'), list, token)).toEqual([2, '', words])
    expect((await outcome(await answering('{"users":[]}'), list, ' secret\n'))[0]).toBe(0)
  })
})
