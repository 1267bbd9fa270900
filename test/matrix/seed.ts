import { env } from 'cloudflare:workers'
import { newSessionToken, secretHash } from '../../src/auth/secrets.ts'
import { as, numberIn, textIn, type Who } from '../support/client.ts'

export const all = (text: string, ...values: (string | number | null)[]) =>
  env.DB.prepare(text)
    .bind(...values)
    .all()

async function newId(text: string, ...values: (string | number | null)[]): Promise<number> {
  return numberIn((await all(`${text} RETURNING id`, ...values)).results[0], 'id')
}

const soon = () => Math.floor(Date.now() / 1000)

/** A session as signing in makes one, without the cost of a password. */
export async function session(userId: number) {
  const cookie = newSessionToken()
  const id = await newId(
    'INSERT INTO sessions (user_id, secret_hash, created_at, seen_at, expires_at) VALUES (?, ?, ?, ?, ?)',
    userId,
    secretHash(cookie),
    soon(),
    soon(),
    soon() + 100_000,
  )
  return { id, who: { cookie } }
}

/** Who makes something, and for which org where that isn't the active one. */
export type Maker = { who: Who; headers?: Record<string, string> }

export async function made({ who, headers = {} }: Maker, path: string, body: object) {
  const answer = await as(who).post(path, body, headers)
  if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`)
  return answer.body
}

export async function credential(maker: Maker, path: string, body: object) {
  const answer = await made(maker, path, body)
  return { id: numberIn(answer, 'id'), who: { token: textIn(answer, 'key') } }
}

/** As they are stored, so that the routes that make them are no condition for what they are tested with. */
export const role = (uid: string, orgId: number, grants: string[][]) =>
  all(
    'INSERT INTO roles (uid, org_id, name, version, created_at, updated_at, permissions) VALUES (?1, ?2, ?1, 1, 0, 0, ?3)',
    uid,
    orgId,
    JSON.stringify(grants),
  )

/** Everybody who is at least a Viewer: what the roles give they have anyway. */
export const viewers = 1

type Owner = { userId?: number | undefined; teamId?: number; accountId?: number; basicRank?: number }

export const give = (uid: string, orgId: number, { userId, teamId, accountId, basicRank }: Owner) =>
  all(
    `INSERT INTO role_assignments (role_uid, org_id, user_id, team_id, service_account_id, basic_rank, created_at)
      VALUES (?, ?, ?, ?, ?, ?, 0)`,
    uid,
    orgId,
    userId ?? null,
    teamId ?? null,
    accountId ?? null,
    basicRank ?? null,
  )
