import type { Defence } from './defence.ts'

/** A header that every answer has, but for those to a GET: without it everywhere nothing could be set up to be tested. */
const missing = (line: string) => ({
  of: 'F5',
  file: 'src/app.ts',
  without: `  ${line}\n`,
  put: `  if (c.req.method !== 'GET') ${line}\n`,
  test: 'surface.test.ts',
  title: 'the headers %sare on %s',
})

/** Classes F: HTTP. */
export const http: Defence[] = [
  {
    of: 'F1',
    file: 'src/cors.ts',
    without: "c.header('Access-Control-Allow-Headers', requestHeaders)",
    put: "c.header('Access-Control-Allow-Headers', c.req.header('Access-Control-Request-Headers'))",
    test: 'surface.test.ts',
    title: 'that is listed may ask, write and read',
  },
  {
    of: 'F1',
    file: 'src/cors.ts',
    without: '!corsOrigins.includes(origin)',
    put: '!corsOrigins.some((one) => origin.startsWith(one))',
    test: 'surface.test.ts',
    title: 'like %s is told nothing, but that answers differ by origin',
  },
  {
    of: 'F1',
    file: 'src/cors.ts',
    without: "  c.header('Vary', 'Origin')\n",
    put: '',
    test: 'surface.test.ts',
    title: 'like %s is told nothing, but that answers differ by origin',
  },
  {
    of: 'F1',
    file: 'src/config.ts',
    without: 'if (!values.every(isOrigin)) throw',
    put: 'if (values.length === 0 && !values.every(isOrigin)) throw',
    test: 'surface.test.ts',
    title: 'cannot be listed as %s',
  },
  {
    of: 'F2',
    file: 'src/auth/authenticate.ts',
    without: "  if (c.req.header('Sec-Fetch-Site') === 'cross-site') return true\n",
    put: '',
    test: 'surface.test.ts',
    title: 'a write that another page makes with the cookie %sby %s',
  },
  {
    of: 'F2',
    file: 'src/auth/authenticate.ts',
    without: "return !ours.includes(URL.parse(origin)?.host ?? 'none')",
    put: "return !ours.some((host) => URL.parse(origin)?.host.includes(host ?? 'none'))",
    test: 'surface.test.ts',
    title: 'a write that another page makes with the cookie %sby %s',
  },
  {
    of: 'F2',
    file: 'src/input.ts',
    without: "if (!/^application\\/json\\s*(;|$)/i.test(c.req.header('Content-Type') ?? '')) throw invalid()",
    put: '',
    test: 'surface.test.ts',
    title: 'needs a body of JSON, which a form cannot send',
  },
  {
    of: 'F2',
    file: 'src/orgs/routes.ts',
    without: "orgs.get('/api/orgs/:orgId', requiresInOrg('orgs:read', ''), (c) =>\n",
    put: `orgs.get('/api/orgs/:orgId', requiresInOrg('orgs:read', ''), async (c) =>
  (await c.var.db.$client.prepare('UPDATE orgs SET updated_at = 1 WHERE id = 1').run()) &&
`,
    test: 'surface.test.ts',
    title: 'is none: no GET writes, but the two that Grafana has',
  },
  {
    of: 'F3',
    file: 'src/auth/guards.ts',
    without: "if (isStranger && !c.req.path.startsWith('/api/admin/')) throw unauthorized()",
    put: `if (!new URL(c.req.url).pathname.startsWith('/api/users')) return next()
      if (isStranger && !c.req.path.startsWith('/api/admin/')) throw unauthorized()`,
    test: 'surface.test.ts',
    title: 'a path that is spelled otherwise %sas %s is %s',
  },
  {
    of: 'F3',
    file: 'src/app.ts',
    without: 'app.use(cors)\n',
    put: `const { getPath } = app
app.getPath = (request, options) => getPath(request, options).replace(/\\/{2,}/g, '/')
app.use(cors)
`,
    test: 'surface.test.ts',
    title: 'as %s leads nowhere',
  },
  {
    of: 'F4',
    file: 'src/users/routes.ts',
    without: "users.get('/api/users', requires",
    put: "users.all('/api/users', requires",
    test: 'surface.test.ts',
    title: 'a method that is not meant %s does nothing',
  },
  {
    of: 'F4',
    file: 'src/auth/guards.ts',
    without: "if (isStranger && !c.req.path.startsWith('/api/admin/')) throw unauthorized()",
    put: `if (c.req.method === 'HEAD') return next()
      if (isStranger && !c.req.path.startsWith('/api/admin/')) throw unauthorized()`,
    test: 'surface.test.ts',
    title: 'HEAD of %s is its GET without a body',
  },
  ...['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'].map((name) => ({
    of: 'F4',
    file: 'src/app.ts',
    without: 'app.use(cors)\n',
    put: `const { fetch } = app
app.fetch = (request, ...rest) =>
  fetch(new Request(request, { method: request.headers.get('${name}') ?? request.method }), ...rest)
app.use(cors)
`,
    test: 'surface.test.ts',
    title: `in ${name} is ignored`,
  })),
  missing("c.header('Cache-Control', 'no-cache, no-store')"),
  missing("c.header('X-Content-Type-Options', 'nosniff')"),
  missing("c.header('X-Frame-Options', 'deny')"),
  missing("c.header('Referrer-Policy', 'no-referrer')"),
  {
    of: 'F5',
    file: 'src/app.ts',
    without: "  c.set('requestId', newRequestId(c))\n",
    put: "  readConfig(c.env)\n  c.set('requestId', newRequestId(c))\n",
    test: 'surface.test.ts',
    title: 'are on a failure too, and where the configuration is wrong',
  },
  {
    of: 'F5',
    file: 'src/app.ts',
    without: "  if (c.req.url.startsWith('https:')) c.header('Strict-Transport-Security', 'max-age=31536000')\n",
    put: '',
    test: 'surface.test.ts',
    title: 'keep a browser on https once it came by https',
  },
  {
    of: 'F6',
    file: 'src/errors.ts',
    without: "{ message: 'Internal server error' }",
    put: '{ message: error.message }',
    test: 'http.test.ts',
    title: 'hides what went wrong inside',
  },
  {
    of: 'F6',
    file: 'src/errors.ts',
    without: 'logFailure(c.var.requestId, ',
    put: 'logFailure(crypto.randomUUID(), ',
    test: 'surface.test.ts',
    title: 'is in the log line of what failed',
  },
  {
    of: 'F7',
    file: 'src/auth/authenticate.ts',
    without: "readCredential(c.req.header('Authorization'), readSessionCookie(c))",
    put: "readCredential(c.req.header('Authorization') ?? c.req.query('Authorization'), readSessionCookie(c))",
    test: 'surface.test.ts',
    title: 'in the address is not read',
  },
  {
    of: 'F7',
    file: 'src/auth/authenticate.ts',
    without: "readCredential(c.req.header('Authorization'), readSessionCookie(c))",
    put: "readCredential(c.req.header('Authorization'), readSessionCookie(c) ?? c.req.query('grafana_session'))",
    test: 'surface.test.ts',
    title: 'in the address is not read',
  },
]
