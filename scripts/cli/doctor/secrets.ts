// Secrets that must be there, and passwords that must not be these.

import { timingSafeEqual } from 'node:crypto'
import { verifyPassword } from '../../../src/auth/passwords.ts'
import { shown } from '../output.ts'
import { type Check, error, type Problem, warning, when } from './check.ts'
import { isDeployed, quoted, type Site, whereText } from './site.ts'

/** Where a secret is set for the site that was looked at. */
const put = ({ where }: Site, name: string) =>
  where.remote
    ? `npx wrangler secret put ${name}${where.env ? ` --env ${where.env}` : ''}`
    : `Write ${name}=… into .dev.vars (npm run dev makes it from .dev.vars.example)`

async function firstPassword(site: Site): Promise<Problem[]> {
  const [{ people } = { people: 0 }] = await site.rows<{ people: number }>(
    'SELECT EXISTS (SELECT 1 FROM users) AS people',
  )
  if (people > 0) return []
  return when(!(await site.secretNames()).has('ADMIN_PASSWORD'), () =>
    error(
      'Nobody is there yet, and ADMIN_PASSWORD is not set: no account can be made',
      `${put(site, 'ADMIN_PASSWORD')}, or: npm run rollcall -- admin create admin${whereText(site)}`,
    ),
  )
}

async function grafanaKey(site: Site): Promise<Problem[]> {
  const [{ n } = { n: 0 }] = await site.rows<{ n: number }>(
    `SELECT count(*) AS n FROM sessions WHERE legacy_hash IS NOT NULL AND expires_at > ${site.now}`,
  )
  if (n === 0) return []
  return when(!(await site.secretNames()).has('GRAFANA_SECRET_KEY'), () =>
    error(
      `${n} sessions were carried over from Grafana, and GRAFANA_SECRET_KEY is not set`,
      put(site, 'GRAFANA_SECRET_KEY'),
    ),
  )
}

/** Server admins that are looked at, and what is tried on each: a hash takes a fifth of a second. */
const maxAdmins = 5
const guesses = (login: string) => new Set(['admin', 'password', 'changeme', login])

/** The Workers runtime has it there, and src/auth/passwords.ts compares with it. */
function completeCrypto() {
  if ('timingSafeEqual' in crypto.subtle) return
  Object.defineProperty(crypto.subtle, 'timingSafeEqual', { value: timingSafeEqual, configurable: true })
}

async function isGuessed(login: string, hash: string): Promise<boolean> {
  for (const guess of guesses(login)) if (await verifyPassword(hash, guess)) return true
  return false
}

async function weakPasswords(site: Site): Promise<Problem[]> {
  completeCrypto()
  const admins = await site.rows<{ login: string; hash: string }>(
    `SELECT login, password_hash AS hash FROM users WHERE is_admin = 1 AND is_disabled = 0 AND password_hash IS NOT NULL ORDER BY id LIMIT ${maxAdmins}`,
  )
  const problems: Problem[] = []
  for (const { login, hash } of admins) {
    if (!(await isGuessed(login, hash))) continue
    const advice = `npm run rollcall -- admin reset ${quoted(shown(login))}${whereText(site)}`
    problems.push(error(`The server admin ${shown(login)} has a password that is guessed at once`, advice))
  }
  return problems
}

export const secretChecks: Check[] = [
  {
    name: 'ADMIN_PASSWORD',
    why: 'The first administrator is made with it, at the first sign-in to an empty directory.',
    run: firstPassword,
  },
  {
    name: 'GRAFANA_SECRET_KEY',
    why: 'Sessions from Grafana are found by it alone: without it, their owners must sign in again.',
    run: grafanaKey,
  },
  {
    name: 'weak passwords',
    why: 'Whoever is a server admin may do everything, and these passwords are tried first.',
    isNeeded: isDeployed,
    run: weakPasswords,
  },
  {
    name: 'PASSWORD_MIN_LENGTH',
    why: 'From 8 on the most common passwords are refused; 15 is the current advice.',
    isNeeded: isDeployed,
    run: ({ variables }) =>
      when(!(Number(variables.PASSWORD_MIN_LENGTH ?? 4) >= 8), () =>
        warning(
          'Passwords of fewer than 8 bytes are taken',
          'Set PASSWORD_MIN_LENGTH = "15" under [vars] in wrangler.toml',
        ),
      ),
  },
]
