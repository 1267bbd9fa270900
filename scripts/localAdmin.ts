// Who administers the Rollcall of `npm run dev`, as far as this machine knows.

import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { root } from './wrangler.ts'
import { settingIn } from './wranglerToml.ts'

/** The first administrator, by wrangler.toml and .dev.vars; no password where there is none. */
export function localAdmin(): { login: string; password: string } {
  const secrets = `${root}.dev.vars`
  const { ADMIN_PASSWORD: password = '' } = existsSync(secrets) ? parseEnv(readFileSync(secrets, 'utf8')) : {}
  return { login: settingIn(readFileSync(`${root}wrangler.toml`, 'utf8'), 'ADMIN_USER'), password }
}
