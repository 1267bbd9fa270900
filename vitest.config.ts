import { createServer } from 'node:http'
import { availableParallelism } from 'node:os'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

const migrations = await readD1Migrations('drizzle')

/**
 * Somewhere for mail to go, over real HTTP: POST keeps what comes with how it came, GET lists it. A path that is a
 * number answers with that status.
 */
function openMailbox(): Promise<string> {
  const received: object[] = []
  const server = createServer(async (request, response) => {
    const status = Number.parseInt(request.url?.slice(1) ?? '', 10) || 200
    let body = ''
    for await (const chunk of request) body += chunk
    if (request.method === 'POST') {
      const { authorization = '', 'content-type': type = '' } = request.headers
      received.push({ ...JSON.parse(body), authorization, type })
    }
    response.writeHead(status, { 'Content-Type': 'application/json', Location: '/' }).end(JSON.stringify(received))
  })
  server.unref()
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`)
    })
  })
}

const worker = cloudflareTest({
  wrangler: { configPath: './wrangler.toml' },
  miniflare: {
    bindings: {
      TEST_MIGRATIONS: migrations,
      TEST_MAILBOX: await openMailbox(),
      ADMIN_PASSWORD: 'admin',
      PASSWORD_SCHEME: 'pbkdf2',
      // A line for each of some ten thousand requests would bury what a test says; test/operate.test.ts asks for them.
      LOG_REQUESTS: 'off',
    },
    d1Databases: ['TEST_DB'],
    analyticsEngineDatasets: { TEST_METRICS: { dataset: 'rollcall_test' } },
    email: { send_email: [{ name: 'TEST_EMAIL' }] },
  },
})

// What takes seconds on a busy machine is not wrong: a test that hangs is.
export default defineConfig({
  test: {
    // A file spends half its time waiting for the workerd that it talks to.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        plugins: [worker],
        test: {
          name: 'worker',
          include: ['test/**/*.test.ts'],
          exclude: ['test/tools/**'],
          setupFiles: ['test/support/setup.ts'],
          testTimeout: 30_000,
        },
      },
      // What runs on the operator's machine, in Node, on a local D1 of its own.
      { test: { name: 'tools', include: ['test/tools/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 } },
    ],
  },
})
