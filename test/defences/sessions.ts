import type { Defence } from './defence.ts'

/** Reads who a session is once an isolate, and believes it from then on. */
const cached = {
  file: 'src/auth/authenticate.ts',
  without: `  const person = await findBySession(db, { ...key, acting, now, idleSeconds: config.sessionIdleSeconds })
  if (person) return person`,
  put: `  const people: Map<string, Person> = Reflect.get(globalThis, 'people') ?? new Map()
  Reflect.set(globalThis, 'people', people)
  const known = people.get(key.hash)
  if (known) return known
  const person = await findBySession(db, { ...key, acting, now, idleSeconds: config.sessionIdleSeconds })
  if (person) people.set(key.hash, person)
  if (person) return person`,
}

const unconditional = {
  file: 'src/sessions/queries.ts',
  without: 'and(eq(users.id, userId), eq(users.isDisabled, false), eq(users.passwordHash, passwordHash))',
  put: 'eq(users.id, userId)',
}

/** Classes C: sessions. */
export const sessions: Defence[] = [
  {
    of: 'C1',
    file: 'src/auth/secrets.ts',
    without: 'bytesToHex(sha256(utf8ToBytes(token)))',
    put: 'bytesToHex(sha256(utf8ToBytes(token))) && token',
    test: 'sessions.test.ts',
    title: 'keeps only the hash of the secret, and one record in KV',
  },
  {
    of: 'C1',
    file: 'src/auth/secrets.ts',
    without: 'bytesToHex(crypto.getRandomValues(new Uint8Array(32)))',
    put: 'bytesToHex(crypto.getRandomValues(new Uint8Array(4)))',
    test: 'sessions.test.ts',
    title: 'keeps only the hash of the secret, and one record in KV',
  },
  {
    of: 'C1',
    file: 'src/log.ts',
    without: '...(message.match(sayable) ?? [])',
    put: 'message',
    test: 'secrets.test.ts',
    title: 'holds no secret where %s, after %i statements',
  },
  {
    of: 'C2',
    file: 'src/auth/cookies.ts',
    without: "isSecure(c) ? '; Secure' : ''",
    put: "isSecure(c) ? '' : ''",
    test: 'sessions.test.ts',
    title: 'is Secure exactly where the address is https',
  },
  {
    of: 'C2',
    file: 'src/auth/cookies.ts',
    without: "cookieSecure ?? (rootUrl ?? c.req.url).startsWith('https:')",
    put: "cookieSecure ?? (rootUrl ?? c.req.url).startsWith('http')",
    test: 'sessions.test.ts',
    title: 'is Secure exactly where the address is https',
  },
  {
    of: 'C2',
    file: 'src/auth/cookies.ts',
    without: '; HttpOnly$',
    put: '$',
    test: 'sessions.test.ts',
    title: 'is Secure exactly where the address is https',
  },
  {
    of: 'C2',
    file: 'src/auth/cookies.ts',
    without: "'; Secure' : ''}; SameSite=Lax",
    put: "'; Secure' : ''}",
    test: 'sessions.test.ts',
    title: 'is Secure exactly where the address is https',
  },
  {
    of: 'C3',
    file: 'src/sessions/open.ts',
    without: 'const token = newSessionToken()',
    put: "const token = /grafana_session=(\\w+)/.exec(c.req.header('Cookie') ?? '')?.[1] ?? newSessionToken()",
    test: 'sessions.test.ts',
    title: 'never adopts a secret that the client brought along',
  },
  {
    of: 'C4',
    file: 'src/auth/lastSeen.ts',
    without: '  if ((written.get(key) ?? 0) > now - interval) return false\n',
    put: '',
    test: 'revocation.test.ts',
    title: 'a hundred requests by one session: all answered, its time written once',
  },
  { of: 'C5', ...cached, test: 'revocation.test.ts', title: 'fifty sessions revoked, each is refused' },
  {
    of: 'C6',
    ...cached,
    test: 'revocation.test.ts',
    title: 'KV up to date: the next request, once%sthey become a Viewer',
  },
  { of: 'C7', ...unconditional, test: 'revocation.test.ts', title: '%s leaves no session that opens anything' },
  {
    of: 'C7',
    ...unconditional,
    test: 'sessions.test.ts',
    title: 'leaves nothing behind when it races a password change, a disable or a delete',
  },
  {
    of: 'C8',
    file: 'src/auth/lastSeen.ts',
    without: 'if (!session || results.at(-1)?.meta.changes !== 1) return',
    put: 'if (!session || results.length === 0) return',
    test: 'sessions.test.ts',
    title: 'never revives what was revoked meanwhile',
  },
  {
    of: 'C9',
    file: 'src/auth/queries.ts',
    without: 'AND s.expires_at > ?3',
    put: 'AND s.expires_at >= ?3',
    test: 'sessions.test.ts',
    title: 'a session%spast its end',
  },
  {
    of: 'C9',
    file: 'src/auth/queries.ts',
    without: 'AND s.seen_at > ?4',
    put: 'AND s.seen_at >= ?4',
    test: 'sessions.test.ts',
    title: 'a session%sunused for seven days',
  },
  {
    of: 'C10',
    file: 'src/sessions/queries.ts',
    without: 'db.delete(sessions).where(and(eq(sessions.id, id), eq(sessions.userId, userId)))',
    put: 'db.delete(sessions).where(and(eq(sessions.id, id), ne(sessions.userId, -userId)))',
    test: 'sessions.test.ts',
    title: 'are not revoked by mistake',
  },
  {
    of: 'C10',
    file: 'src/sessions/routes.ts',
    without: "  if (authTokenId === me.session?.id) throw badRequest('Cannot revoke active user auth token')\n",
    put: '',
    test: 'sessions.test.ts',
    title: 'are not revoked by mistake',
  },
  {
    of: 'C11',
    file: 'src/auth/records.ts',
    without: `.catch(
        (error: unknown) => void logged(c, 'list')(error),
      ),`,
    put: ',',
    test: 'faults.test.ts',
    title: '%s everything works, and devices are known or not',
  },
  // What KV holds is a session too.
  {
    of: 'C11',
    file: 'src/sessions/routes.ts',
    without: 'withinLimit(rows).map(',
    put: `[
      ...withinLimit(rows),
      ...[...records].flatMap(([id, { createdAt, seenAt }]) =>
        rows.some((row) => row.id === id) ? [] : [{ id, createdAt, seenAt, expiresAt: seenAt }],
      ),
    ].map(`,
    test: 'faults.test.ts',
    title: 'full of records, none of them opens anything or is listed',
  },
  {
    of: 'C12',
    file: 'src/housekeeping.ts',
    without: "sessions: await purgeTable(db, 'sessions', now)",
    put: 'sessions: 0',
    test: 'housekeeping.test.ts',
    title: 'throws away what no longer counts, from the second on that it does not, and nothing else',
  },
  {
    of: 'C12',
    file: 'src/housekeeping.ts',
    without: '<= ?1 LIMIT',
    put: '< ?1 LIMIT',
    test: 'housekeeping.test.ts',
    title: 'throws away what no longer counts, from the second on that it does not, and nothing else',
  },
]
