import type { PasswordScheme } from './auth/passwords.ts'
import { ApiError } from './errors.ts'

const day = 24 * 60 * 60

export type Config = {
  firstAdmin: { login: string; email: string; password: string | undefined }
  passwordScheme: PasswordScheme
  /** Bytes, as Grafana counts them. */
  passwordMinLength: number
  loginMaxAttempts: number
  cookieName: string
  /** Undefined = Secure exactly when the address is https. */
  cookieSecure: boolean | undefined
  rootUrl: string | undefined
  sessionIdleSeconds: number
  sessionMaxSeconds: number
  grafanaSecretKey: string | undefined
}

type Variables = Record<string, unknown>

function text(variables: Variables, name: string, otherwise: string): string {
  const value = variables[name]
  return typeof value === 'string' && value !== '' ? value : otherwise
}

const optional = (variables: Variables, name: string) => text(variables, name, '') || undefined

function positive(variables: Variables, name: string, otherwise: number): number {
  const value = Number(text(variables, name, String(otherwise)))
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name} must be a whole number above 0`)
  return value
}

function oneOf<T extends string>(variables: Variables, name: string, allowed: readonly T[]): T {
  const value = text(variables, name, String(allowed[0]))
  const known = allowed.find((choice) => choice === value)
  if (known === undefined) throw new Error(`${name} must be one of ${allowed.join(', ')}`)
  return known
}

function parse(variables: Variables): Config {
  const secure = oneOf(variables, 'COOKIE_SECURE', ['auto', 'true', 'false'])
  return {
    firstAdmin: {
      login: text(variables, 'ADMIN_USER', 'admin'),
      email: text(variables, 'ADMIN_EMAIL', 'admin@localhost'),
      password: optional(variables, 'ADMIN_PASSWORD'),
    },
    passwordScheme: oneOf(variables, 'PASSWORD_SCHEME', ['argon2id', 'pbkdf2']),
    passwordMinLength: positive(variables, 'PASSWORD_MIN_LENGTH', 4),
    loginMaxAttempts: positive(variables, 'LOGIN_MAX_ATTEMPTS', 5),
    cookieName: text(variables, 'COOKIE_NAME', 'grafana_session'),
    cookieSecure: secure === 'auto' ? undefined : secure === 'true',
    rootUrl: optional(variables, 'ROOT_URL'),
    sessionIdleSeconds: positive(variables, 'SESSION_IDLE_DAYS', 7) * day,
    sessionMaxSeconds: positive(variables, 'SESSION_MAX_DAYS', 30) * day,
    grafanaSecretKey: optional(variables, 'GRAFANA_SECRET_KEY'),
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
