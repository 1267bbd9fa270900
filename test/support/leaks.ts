type Seen = { status: number; body: unknown; text: string; headers: Headers }

/** Where a secret is handed over, once, and to whom it belongs. */
const handsOver = new Map([
  ['token', /^POST (\/api\/user\/tokens|\/profile\/tokens|(\/api)?\/serviceaccounts\/[^/]+\/tokens)\/?$/],
  ['apiKey', /^POST (\/api\/auth\/keys|\/apikeys)\/?$/],
  [
    'cookie',
    /^(POST \/login|PUT \/api\/user\/password|POST \/api\/user\/(invite\/complete|signup\/step2)|POST \/(login\/form|profile\/password|invite\/[^/]+|signup\/account))\/?$/,
  ],
])

/** What stored secrets look like, and those that are handed over. */
const shapes = {
  hash: /\$(argon2id|pbkdf2|grafana)[$-]/,
  digest: /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/,
  token: /(glsa|rcpat)_[A-Za-z0-9]{32}_[0-9a-f]{8}/,
  apiKey: /eyJrIjoi[A-Za-z0-9+/]{40}/,
}

/** A link in an answer, where no mail takes it to the person; the code is its own. */
const withoutLinks = (text: string) => text.replaceAll(/"https?:[^"\s]*"/g, '"link"')

const secretKey = /^(password|salt|rands|secret)$|hash$/i

function secretKeys(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, field]) => [
    ...(secretKey.test(key) && !Array.isArray(value) ? [key] : []),
    ...secretKeys(field),
  ])
}

const headersOf = (headers: Headers) => [...headers].filter(([name]) => name !== 'set-cookie').join('\n')

/** What an answer says that it must not: a stored secret in any shape, or one that is handed over where this isn't the place. */
export function leaks(method: string, url: string, seen: Seen): string[] {
  const asked = `${method} ${new URL(url).pathname}`
  const said = `${withoutLinks(seen.text)}\n${headersOf(seen.headers)}`
  const found = Object.entries(shapes).flatMap(([name, shape]) => (shape.test(said) ? [name] : []))
  if (/grafana_session=[^;]/.test(seen.headers.get('Set-Cookie') ?? '')) found.push('cookie')
  const isWrong = (name: string) => !([200, 303].includes(seen.status) && handsOver.get(name)?.test(asked))
  return [...found.filter(isWrong), ...secretKeys(seen.body).map((key) => `the key ${key}`)]
}

/** What every answer has, whatever it answers. */
const everywhere: Record<string, RegExp> = {
  'X-Request-Id': /^[0-9a-f-]{36}$|^[0-9a-f]{16}(-[A-Z]{3})?-[0-9a-f]{8}$/,
  'Cache-Control': /^no-cache, no-store$/,
  'X-Content-Type-Options': /^nosniff$/,
  'X-Frame-Options': /^deny$/,
  // Pages tell their own site where a form comes from, and nobody else.
  'Referrer-Policy': /^(no-referrer|same-origin)$/,
}

export const headerFlaws = ({ headers }: Pick<Seen, 'headers'>) => [
  ...Object.entries(everywhere).flatMap(([name, pattern]) => (pattern.test(headers.get(name) ?? '') ? [] : [name])),
  ...['Server', 'X-Powered-By'].filter((name) => headers.has(name)),
]

/** Throws where any answer of any test holds a secret, or lacks a header that all of them have. */
export function checkSafe(method: string, url: string, seen: Seen): void {
  const found = [...leaks(method, url, seen), ...headerFlaws(seen)]
  if (found.length > 0)
    throw new Error(
      `not safe: ${method} ${url}, status ${seen.status}: ${found.join(', ')}\n${seen.text.slice(0, 500)}`,
    )
}
