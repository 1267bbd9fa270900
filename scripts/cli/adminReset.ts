import { nameKey } from '../../src/auth/queries.ts'
import type { Database } from '../directory/database.ts'
import { literal } from '../directory/write.ts'
import { Failure } from '../failure.ts'
import { adminOptions, adminUsage, newPasswordHash } from './adminAccounts.ts'
import { type Command, one, parsed, whereIn } from './command.ts'
import { auditRow, inDatabase, secondsNow } from './inDatabase.ts'
import { answer, shown } from './output.ts'
import { personText } from './people.ts'

export type Account = { id: number; login: string; isAdmin: number }

async function find(db: Database, name: string): Promise<Account> {
  const [account] = await db.rows<Account>(
    `SELECT u.id, u.login, u.is_admin AS isAdmin FROM sign_in_names n JOIN users u ON u.id = n.user_id WHERE n.name_key = ${literal(nameKey(name))}`,
  )
  if (account) return account
  const admins = await db.rows<{ login: string }>('SELECT login FROM users WHERE is_admin = 1 ORDER BY login LIMIT 10')
  const others = admins.map(({ login }) => shown(login)).join(', ')
  throw new Failure(
    `Nobody has the login or e-mail "${shown(name)}". ${others ? `Server admins: ${others}` : 'There is no server admin: admin create makes one'}`,
  )
}

export type Change = { passwordHash: string; mustChangePassword: boolean; makeAdmin: boolean }

/**
 * Whoever knew the old password is out, links to reset it included; what locks the account for guesses is forgotten. Nothing
 * of it is done where the account is gone by now, since its audit row then has no target.
 */
function statementsFor({ id }: Account, { passwordHash, mustChangePassword, makeAdmin }: Change, now: number) {
  const account = literal(`id:${id}`)
  const target = `(SELECT 'users:id:' || id FROM users WHERE id = ${id})`
  return [
    `UPDATE users SET password_hash = ${literal(passwordHash)}, must_change_password = ${literal(mustChangePassword)},
      is_disabled = 0, ${makeAdmin ? 'is_admin = 1, ' : ''}updated_at = ${now} WHERE id = ${id}`,
    `DELETE FROM sessions WHERE user_id = ${id}`,
    `DELETE FROM tokens WHERE kind = 'personal' AND user_id = ${id}`,
    `DELETE FROM password_resets WHERE user_id = ${id}`,
    `DELETE FROM account_failures WHERE account = ${account}`,
    `DELETE FROM login_attempts WHERE account = ${account}`,
    auditRow('users.password:write', target, now),
    ...(makeAdmin ? [auditRow('users.permissions:write', target, now)] : []),
  ]
}

/** Throws `Failure` where the account, as it was found, is gone by now. */
export async function reset(db: Database, account: Account, change: Change): Promise<void> {
  try {
    await db.apply(statementsFor(account, change, secondsNow()))
  } catch (error) {
    if (!String(error).includes('audit_log.target')) throw error
    throw new Failure(`${personText(account)} was deleted meanwhile: there is nobody to let in`)
  }
}

const options = { ...adminOptions, 'make-admin': { type: 'boolean' } } as const

export const adminReset: Command = {
  name: 'admin reset',
  summary: 'Lets somebody in again: a new password, in the database itself',
  usage: `<login | e-mail> [--make-admin] [--must-change-password] [--local | --remote]

Sets a new password, enables the account, and ends all of its sessions and personal tokens.

  --make-admin             makes it a server admin
${adminUsage}`,
  async run(args) {
    const { values, positionals } = parsed({ args, options, allowPositionals: true })
    const name = one(positionals, 'Whom: a login or an e-mail')
    const where = whereIn(values)
    const { 'must-change-password': mustChangePassword = false, 'make-admin': makeAdmin = false } = values
    const { id, login, isAdmin } = await inDatabase(where, async (db) => {
      const account = await find(db, name)
      const change = { passwordHash: await newPasswordHash(where), mustChangePassword, makeAdmin }
      await reset(db, account, change)
      return account
    })
    const isServerAdmin = makeAdmin || isAdmin === 1
    const rank = isServerAdmin ? 'a server admin' : 'no server admin: --make-admin makes it one'
    await answer(
      values.json,
      { id, login, isGrafanaAdmin: isServerAdmin, mustChangePassword },
      `${personText({ id, login })} has a new password and is enabled; its sessions and personal tokens are ended. It is ${rank}`,
    )
    return 0
  },
}
