// A Cloudflare for tests: its API on one port, and the network that its Workers are reached through as a proxy on another, with
// real TLS, so that `https://rollcall.ann.workers.dev` is what a program connects to.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Account, account, subdomain } from './api.ts'
import { Refused } from './calls.ts'

const domains = ['example.org', '*.example.org', `*.${subdomain}.workers.dev`]

function certificate(folder: string) {
  const files = { key: `${folder}/key.pem`, cert: `${folder}/cert.pem` }
  const names = domains.map((name) => `DNS:${name}`).join(',')
  const { status, stderr } = spawnSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=test',
      '-addext',
      `subjectAltName=${names}`,
    ].concat(['-keyout', files.key, '-out', files.cert]),
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`openssl made no certificate: ${stderr ?? 'is it installed?'}`)
  return files
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const listening = (server: Server) =>
  new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  })

export type Cloudflare = {
  account: Account
  /** What makes a program talk to this Cloudflare. */
  env: Record<string, string>
  calls: string[]
  /** Called before a request to the API is answered. */
  watch: (seen: (call: string) => void) => void
  stop: () => Promise<void>
}

/** The API's envelope round a result, and the status. */
async function enveloped(result: Promise<unknown>): Promise<{ status: number; body: object }> {
  try {
    const found = await result
    const paging = { page: 1, per_page: 10, count: 1, total_count: 1 }
    const info = Array.isArray(found) ? { result_info: paging } : {}
    return { status: 200, body: { success: true, errors: [], messages: [], result: found, ...info } }
  } catch (error) {
    const { status, code } = error instanceof Refused ? error : { status: 500, code: 10000 }
    const errors = [{ code, message: error instanceof Error ? error.message : String(error) }]
    return { status, body: { success: false, errors, messages: [], result: null } }
  }
}

function answerApi(own: Account, note: (call: string) => void): RequestListener {
  return async (message, response) => {
    const { method = '', url = '', headers } = message
    const { pathname: path, searchParams: query } = new URL(url, 'http://api')
    const text = await textOf(message)
    note(`${method} ${path.replace(`/accounts/${account.id}`, '')}`)
    const type = headers['content-type'] ?? ''
    const { status, body } = await enveloped(
      own.answer({ method, path, query, type, text, origin: `http://${headers.host}` }),
    )
    // What was uploaded is known by its hash.
    if (path.startsWith('/uploads/')) response.setHeader('ETag', createHash('md5').update(text).digest('hex'))
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
  }
}

/** Passes a request on to the Worker of that name. */
function answerWorker(own: Account): RequestListener {
  return async (message, response) => {
    const address = await own.hostedAt(message.headers.host ?? '')
    if (!address) return void response.writeHead(530).end('no Worker here')
    const { method, url, headers } = message
    const passed = request(new URL(url ?? '/', address), { method: method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    passed.once('error', () => response.writeHead(502).end())
    message.pipe(passed)
  }
}

/** A Cloudflare with one empty account. */
export async function startCloudflare(folder: string): Promise<Cloudflare> {
  const own = new Account(folder)
  const calls: string[] = []
  let seen: (call: string) => void = () => undefined
  const api = createServer(
    answerApi(own, (call) => {
      calls.push(call)
      seen(call)
    }),
  )
  const { key, cert } = certificate(folder)
  const secure = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, answerWorker(own))
  const network = createServer().on('connect', (_, socket) => {
    socket.write('HTTP/1.1 200 Connected\r\n\r\n')
    secure.emit('connection', socket)
  })
  const [apiAddress, networkAddress] = [await listening(api), await listening(network)]
  return {
    account: own,
    env: {
      CLOUDFLARE_API_BASE_URL: apiAddress,
      CLOUDFLARE_API_TOKEN: 'token',
      WRANGLER_SEND_METRICS: 'false',
      HTTPS_PROXY: networkAddress,
      NODE_USE_ENV_PROXY: '1',
      NODE_EXTRA_CA_CERTS: cert,
      CURL_CA_BUNDLE: cert,
    },
    calls,
    watch: (watcher) => {
      seen = watcher
    },
    stop: async () => {
      for (const server of [api, secure, network]) {
        server.close()
        server.closeAllConnections()
      }
      await own.stop()
    },
  }
}
