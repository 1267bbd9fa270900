import { randomUUID } from 'node:crypto'
import { nameKey } from '../../src/auth/queries.ts'
import { isUnreadable, namesOfNew } from '../../src/users/rules.ts'
import type { Database } from '../directory/database.ts'
import { literal } from '../directory/write.ts'
import { Failure, Misuse } from '../failure.ts'
import { adminOptions, adminUsage, newPasswordHash } from './adminAccounts.ts'
import { type Command, one, parsed, whereIn } from './command.ts'
import { auditRow, inDatabase, secondsNow } from './inDatabase.ts'
import { answer } from './output.ts'
import { personText } from './people.ts'

type NewAdmin = { login: string; email: string; name: string; mustChangePassword: boolean; passwordHash: string }

/** As the first sign-in to an empty directory makes its administrator: an admin of the first org, which is made where there is none. */
function statementsFor({ login, email, name, mustChangePassword, passwordHash }: NewAdmin, uid: string, now: number) {
  const mainOrg = '(SELECT min(id) FROM orgs)'
  const row = { uid, login, email, loginKey: nameKey(login), emailKey: nameKey(email), name }
  const values = [
    ...Object.values(row).map(literal),
    mainOrg,
    '1',
    literal(mustChangePassword),
    literal(passwordHash),
    now,
    now,
  ]
  const made = `FROM users WHERE uid = ${literal(uid)}`
  return [
    `INSERT INTO orgs (name, created_at, updated_at) SELECT 'Main Org.', ${now}, ${now} WHERE NOT EXISTS (SELECT 1 FROM orgs)`,
    `INSERT INTO users (uid, login, email, login_key, email_key, name, org_id, is_admin, must_change_password, password_hash, created_at, updated_at)
    VALUES (${values.join(', ')})`,
    `INSERT INTO org_members (org_id, user_id, role, created_at) SELECT org_id, id, 'Admin', ${now} ${made}`,
    auditRow('users:create', `'users:id:' || (SELECT id ${made})`, now),
  ]
}

async function create(db: Database, admin: NewAdmin): Promise<{ id: number; login: string; orgId: number }> {
  const uid = randomUUID()
  try {
    await db.apply(statementsFor(admin, uid, secondsNow()))
  } catch (error) {
    if (!String(error).includes('UNIQUE constraint failed')) throw error
    throw new Failure('Somebody has that login or e-mail: npm run rollcall -- admin reset <login> --make-admin')
  }
  const [made] = await db.rows<{ id: number; login: string; orgId: number }>(
    `SELECT id, login, org_id AS orgId FROM users WHERE uid = ${literal(uid)}`,
  )
  if (!made) throw new Failure('The account was not made: run this again')
  return made
}

const options = { ...adminOptions, email: { type: 'string' }, name: { type: 'string' } } as const

export const adminCreate: Command = {
  name: 'admin create',
  summary: 'Makes a server admin in the database itself, the first one too',
  usage: `<login> [--email <address>] [--name <name>] [--must-change-password] [--local | --remote]
${adminUsage}`,
  async run(args) {
    const { values, positionals } = parsed({ args, options, allowPositionals: true })
    const given = one(positionals, 'Whom: a login')
    const where = whereIn(values)
    const { login, email } = namesOfNew({ login: given, email: values.email ?? '' })
    if (login === '' || isUnreadable(login + email) || Math.max(login.length, email.length) > 1000) {
      throw new Misuse('login and email are up to 1,000 characters, none of them a control character')
    }
    const mustChangePassword = values['must-change-password'] ?? false
    const passwordHash = await newPasswordHash(where)
    const admin = { login, email, name: values.name ?? '', mustChangePassword, passwordHash }
    const made = await inDatabase(where, (db) => create(db, admin))
    await answer(values.json, made, `Made the server admin ${personText(made)}, an admin of org ${made.orgId}`)
    return 0
  },
}
