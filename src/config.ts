import type { PasswordScheme } from './auth/passwords.ts'
import { ApiError } from './errors.ts'
import { day } from './time.ts'

/** How many there may be where no limit of one's own is set; -1 = any number. */
export type QuotaDefaults = { membersOfOrg: number; dashboardsOfOrg: number; orgsOfUser: number }

export type Config = {
  /** The Grafana whose answers these are: what clients are told that they talk to. */
  grafanaVersion: string
  /** Undefined = nothing is limited. */
  quotas: QuotaDefaults | undefined
  firstAdmin: { login: string; email: string; password: string | undefined }
  passwordScheme: PasswordScheme
  /** Bytes, as Grafana counts them. */
  passwordMinLength: number
  loginMaxAttempts: number
  cookieName: string
  /** Undefined = Secure exactly when the address is https. */
  cookieSecure: boolean | undefined
  rootUrl: string | undefined
  /** Origins of other pages that may use the API. */
  corsOrigins: readonly string[]
  sessionIdleSeconds: number
  sessionMaxSeconds: number
  grafanaSecretKey: string | undefined
  /** Whether strangers may make themselves an account. */
  allowSignUp: boolean
  /** Whether they join the main org as Viewer; else each gets an org of its own. */
  autoAssignOrg: boolean
  /** Where known breached passwords are asked for, by the first five digits of a hash; undefined = nowhere. */
  breachedPasswordsUrl: string | undefined
  /** How long what was done is kept in the audit log. */
  auditSeconds: number
  /** How long an invitation is good for. */
  inviteSeconds: number
  /** Whether lists and single things may be read from a replica close by; everything else is the primary's. */
  d1Reads: 'primary' | 'nearest'
  /** Where mail goes as JSON, and the Bearer token that goes with it. */
  mailWebhookUrl: string | undefined
  mailWebhookToken: string | undefined
  mailFrom: string | undefined
  /** Which requests leave a line in the log: `errors` are those that ended in a 5xx. */
  logRequests: 'all' | 'errors' | 'off'
}

type Variables = Record<string, unknown>

/** wrangler.toml knows numbers and booleans too: `ALLOW_SIGN_UP = true` must not pass for unset. */
function text(variables: Variables, name: string, otherwise: string): string {
  const value = variables[name]
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value !== '' ? value : otherwise
}

const optional = (variables: Variables, name: string) => text(variables, name, '') || undefined

function positive(variables: Variables, name: string, otherwise: number): number {
  const value = Number(text(variables, name, String(otherwise)))
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name} must be a whole number above 0`)
  return value
}

function limit(variables: Variables, name: string, otherwise: number): number {
  const value = Number(text(variables, name, String(otherwise)))
  if (!Number.isSafeInteger(value) || value < -1) throw new Error(`${name} must be a whole number, or -1 for no limit`)
  return value
}

function quotas(variables: Variables): QuotaDefaults | undefined {
  if (oneOf(variables, 'QUOTA_ENABLED', ['false', 'true']) === 'false') return undefined
  return {
    membersOfOrg: limit(variables, 'QUOTA_ORG_USER', 10),
    dashboardsOfOrg: limit(variables, 'QUOTA_ORG_DASHBOARD', 100),
    orgsOfUser: limit(variables, 'QUOTA_USER_ORG', 10),
  }
}

/** Clients compare its three numbers. */
function version(variables: Variables): string {
  const value = text(variables, 'GRAFANA_VERSION', '9.3.2')
  if (!/^\d+\.\d+\.\d+/.test(value)) throw new Error('GRAFANA_VERSION must start with three numbers, like 9.3.2')
  return value
}

function oneOf<T extends string>(variables: Variables, name: string, allowed: readonly T[]): T {
  const value = text(variables, name, String(allowed[0]))
  const known = allowed.find((choice) => choice === value)
  if (known === undefined) throw new Error(`${name} must be one of ${allowed.join(', ')}`)
  return known
}

function webAddress(variables: Variables, name: string): string | undefined {
  const value = optional(variables, name)
  if (value !== undefined && !/^https?:$/.test(URL.parse(value)?.protocol ?? '')) {
    throw new Error(`${name} must be an http or https address`)
  }
  return value
}

/** A token (RFC 6265, 4.1.1): anything else would cut the cookie in two. */
function cookieName(variables: Variables): string {
  const value = text(variables, 'COOKIE_NAME', 'grafana_session')
  if (!/^[!#$%&'*+.^`|~\w-]+$/.test(value))
    throw new Error('COOKIE_NAME must be letters, digits and signs that a cookie may be called by')
  return value
}

/** As browsers write them; `*`, `null` and an address with a path would never match, so that they are a mistake. */
function origins(variables: Variables, name: string): string[] {
  const values = text(variables, name, '')
    .split(',')
    .map((value) => value.trim())
    .filter(Boolean)
  const isOrigin = (value: string) => /^https?:[^*]+$/.test(value) && URL.parse(value)?.origin === value
  if (!values.every(isOrigin)) throw new Error(`${name} must be origins like https://example.org, separated by commas`)
  return values
}

function parse(variables: Variables): Config {
  const secure = oneOf(variables, 'COOKIE_SECURE', ['auto', 'true', 'false'])
  return {
    grafanaVersion: version(variables),
    quotas: quotas(variables),
    firstAdmin: {
      login: text(variables, 'ADMIN_USER', 'admin'),
      email: text(variables, 'ADMIN_EMAIL', 'admin@localhost'),
      password: optional(variables, 'ADMIN_PASSWORD'),
    },
    passwordScheme: oneOf(variables, 'PASSWORD_SCHEME', ['argon2id', 'pbkdf2']),
    passwordMinLength: positive(variables, 'PASSWORD_MIN_LENGTH', 4),
    loginMaxAttempts: positive(variables, 'LOGIN_MAX_ATTEMPTS', 5),
    cookieName: cookieName(variables),
    cookieSecure: secure === 'auto' ? undefined : secure === 'true',
    rootUrl: optional(variables, 'ROOT_URL'),
    corsOrigins: origins(variables, 'CORS_ORIGINS'),
    sessionIdleSeconds: positive(variables, 'SESSION_IDLE_DAYS', 7) * day,
    sessionMaxSeconds: positive(variables, 'SESSION_MAX_DAYS', 30) * day,
    grafanaSecretKey: optional(variables, 'GRAFANA_SECRET_KEY'),
    allowSignUp: oneOf(variables, 'ALLOW_SIGN_UP', ['false', 'true']) === 'true',
    autoAssignOrg: oneOf(variables, 'AUTO_ASSIGN_ORG', ['true', 'false']) === 'true',
    breachedPasswordsUrl: webAddress(variables, 'BREACHED_PASSWORDS_URL'),
    auditSeconds: positive(variables, 'AUDIT_DAYS', 365) * day,
    inviteSeconds: positive(variables, 'INVITE_DAYS', 7) * day,
    d1Reads: oneOf(variables, 'D1_READS', ['primary', 'nearest']),
    mailWebhookUrl: webAddress(variables, 'MAIL_WEBHOOK_URL'),
    mailWebhookToken: optional(variables, 'MAIL_WEBHOOK_TOKEN'),
    mailFrom: optional(variables, 'MAIL_FROM'),
    logRequests: oneOf(variables, 'LOG_REQUESTS', ['all', 'errors', 'off']),
  }
}

const parsed = new WeakMap<object, Config>()

/** Parsed once an isolate. Throws naming the variable that is wrong. */
export function readConfig(env: object): Config {
  const known = parsed.get(env)
  if (known) return known
  const config = parse({ ...env })
  parsed.set(env, config)
  return config
}

/** Where the first server admin comes from. 503 while the secret is missing: no account exists then, and none is guessable. */
export function firstAdmin({ firstAdmin: { login, email, password } }: Config) {
  if (!password) {
    throw new ApiError(503, 'No account exists yet: set the secret ADMIN_PASSWORD to create the first administrator')
  }
  return { login, email, password }
}
