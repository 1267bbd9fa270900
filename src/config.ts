import type { PasswordScheme } from './auth/passwords.ts'
import { ApiError } from './errors.ts'

/** Where the first server admin comes from. 503 while the secret is missing: no account exists then, and none is guessable. */
export function firstAdmin(env: Env) {
  const password = env.ADMIN_PASSWORD
  if (!password) {
    throw new ApiError(503, 'No account exists yet: set the secret ADMIN_PASSWORD to create the first administrator')
  }
  return { login: env.ADMIN_USER, email: env.ADMIN_EMAIL, password }
}

export function passwordScheme(scheme: string): PasswordScheme {
  if (scheme === 'argon2id' || scheme === 'pbkdf2') return scheme
  throw new Error('PASSWORD_SCHEME must be argon2id or pbkdf2')
}
