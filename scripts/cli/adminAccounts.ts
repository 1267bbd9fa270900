// What the commands have in common that make or mend a server admin's account in the database itself, where nobody can
// sign in to do it by the API.

import { readFileSync } from 'node:fs'
import { hashPassword } from '../../src/auth/passwords.ts'
import type { Config } from '../../src/config.ts'
import type { Where } from '../directory/database.ts'
import { Failure } from '../failure.ts'
import { root } from '../wrangler.ts'
import { whereOptions } from './command.ts'
import { newPassword } from './secretInput.ts'
import { configOf, readSettings } from './settings.ts'

export const adminOptions = {
  ...whereOptions,
  'must-change-password': { type: 'boolean' },
  json: { type: 'boolean' },
} as const

/** For the help of every command that takes `adminOptions`. */
export const adminUsage = `
The password is asked for at the terminal, or is the first line of standard input, or ROLLCALL_NEW_PASSWORD.

  --must-change-password   at the next sign-in
  --local, --remote        the database on this machine (as it is without), or the deployed one
  --persist-to <folder>    another local database than that of npm run dev
  --env <name>             an environment of wrangler.toml
  --json                   one JSON document on standard output`

/** As the API has it; a password that only a service elsewhere knows to be breached is not refused here. */
function refuseWeak(password: string, { passwordMinLength }: Config) {
  if (Buffer.byteLength(password) < passwordMinLength) {
    throw new Failure(`The password is too short: PASSWORD_MIN_LENGTH is ${passwordMinLength}`)
  }
  if (passwordMinLength < 8) return
  const common = readFileSync(`${root}public/common-passwords.txt`, 'utf8').split('\n')
  if (common.includes(password.toLowerCase())) {
    throw new Failure('The password is one of the most common ones: choose another')
  }
}

/** The hash of a password that is asked for, as the deployment's settings want both. */
export async function newPasswordHash(where: Where): Promise<string> {
  const config = configOf(await readSettings(where))
  const password = await newPassword()
  refuseWeak(password, config)
  return hashPassword(password, config.passwordScheme)
}
