// What the checks look at: the settings, the database, the Worker where it runs. Each is fetched when a check asks for it.

import { resolve } from 'node:path'
import type { Config } from '../../../src/config.ts'
import { type Database, openDatabase, type Where, whereArgs } from '../../directory/database.ts'
import { messageOf } from '../../failure.ts'
import { ask, root } from '../../wrangler.ts'
import { addressOf, isThisMachine, reasonOf, targetAt } from '../api.ts'
import { complaint } from '../complaint.ts'
import { readSettings, type Settings, configOf as settingsAsTaken, type WhichSettings } from '../settings.ts'
import { NotMade } from './check.ts'

export type Site = {
  settings: Settings
  /** `[vars]` and the secrets that can be read. */
  variables: Record<string, unknown>
  where: Where
  /** Where the Worker runs, as far as that is known. */
  address: URL | undefined
  /** Whether that was said, and so must be there. */
  isAddressSaid: boolean
  nodeVersion: string
  /** Seconds since 1970, by this machine's clock. */
  now: number
  rows<Row>(sql: string): Promise<Row[]>
  /** Bytes, as D1 bills them. */
  databaseSize(): Promise<number>
  secretNames(): Promise<ReadonlySet<string>>
  /** Undefined = nothing answers there. */
  fetch(path: string): Promise<Response | undefined>
  close(): Promise<void>
}

/** Whether others than this machine's own people reach it. */
export const isDeployed = ({ where, address }: Site) =>
  where.remote === true || (address !== undefined && !isThisMachine(address))

/** How the reader would send SQL to the database that was looked at. */
export const sqlCommand = ({ where }: Pick<Site, 'where'>, sql: string) =>
  `npx wrangler d1 execute DB ${whereArgs(where).join(' ')} --command "${sql}"`

/** One word for a shell, whatever is in it: a name may hold what it would run. */
export const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`

/** What follows a command of this program so that it works on the same database. */
export const whereText = ({ where }: Pick<Site, 'where'>) =>
  whereArgs(where)
    .filter((arg) => arg !== '--local')
    .map((arg) => ` ${arg}`)
    .join('')

/** The settings as the Worker takes them. */
export function configOf({ settings }: Pick<Site, 'settings'>): Config {
  try {
    return settingsAsTaken(settings)
  } catch (error) {
    throw new NotMade(messageOf(error))
  }
}

const idOf = ({ toml }: Settings) => toml.d1_databases.find(({ binding }) => binding === 'DB')?.database_id

/** Wrangler finds a database by the id in the project's own wrangler.toml. */
async function refuseOtherDatabase(settings: Settings): Promise<void> {
  if (settings.file === resolve(root, 'wrangler.toml')) return
  if (idOf(settings) === idOf(await readSettings({}))) return
  throw new NotMade(`${settings.file} names another database than the project's own wrangler.toml`)
}

/** A deployed database that can't be asked once, can't be asked: wrangler need not try again for each check. */
function databaseOf(settings: Settings, where: Where): Pick<Site, 'rows' | 'close'> {
  let opened: Promise<Database> | undefined
  async function open(): Promise<Database> {
    await refuseOtherDatabase(settings)
    const db = await openDatabase(where)
    if (where.remote) await db.rows('SELECT 1')
    return db
  }
  async function rows<Row>(sql: string): Promise<Row[]> {
    try {
      opened ??= open()
      return await (await opened).rows<Row>(sql)
    } catch (error) {
      const [, table] = /no such table: (\w+)/.exec(messageOf(error)) ?? []
      if (table) throw new NotMade(`the database has no table ${table}: the check "tables" says more`)
      throw error instanceof NotMade ? error : new NotMade(`the database can't be read: ${complaint(messageOf(error))}`)
    }
  }
  const close = async () => (await opened?.catch(() => undefined))?.close()
  return { rows, close }
}

function askJson<T>(args: string[], { env }: Where): T {
  const { ok, stdout, output } = ask([...args, ...(env ? ['--env', env] : [])])
  if (!ok) throw new NotMade(`wrangler can't tell: ${complaint(output)}`)
  return JSON.parse(stdout)
}

/** Its own address, where settings name one that may be asked; what is wrong with ROOT_URL is for its check to say. */
function knownAddress({ toml, vars }: Settings): string | undefined {
  const { ROOT_URL: own } = vars
  if (typeof own === 'string' && URL.parse(own)?.protocol === 'https:') return own
  const [host] = hostsOf(toml)
  return host && `https://${host}`
}

/** The domains that the Worker is given. */
export const hostsOf = ({ routes = [], route }: Settings['toml']): string[] =>
  [...routes, ...(route ? [route] : [])]
    .map((one) => (typeof one === 'string' ? one : one.pattern).split('/')[0] ?? '')
    .filter((host) => !host.includes('*'))

export type Asked = WhichSettings & Where & { url?: string | undefined; insecure?: boolean | undefined }

export async function openSite(asked: Asked): Promise<Site> {
  const settings = await readSettings(asked)
  const { remote, persistTo, env } = asked
  const where = { remote, persistTo, env }
  const said = asked.url ?? (process.env.ROLLCALL_URL || undefined)
  const url = said ?? (remote ? knownAddress(settings) : 'http://localhost:8787')
  const address = url === undefined ? undefined : addressOf({ url, insecure: asked.insecure })
  return {
    settings,
    variables: { ...settings.vars, ...settings.secrets },
    where,
    address,
    isAddressSaid: said !== undefined,
    nodeVersion: process.versions.node,
    now: Math.floor(Date.now() / 1000),
    ...databaseOf(settings, where),
    databaseSize: async () => {
      const { database_size: bytes } = askJson<{ database_size?: number }>(['d1', 'info', 'DB', '--json'], where)
      if (bytes === undefined || Number.isNaN(bytes)) throw new NotMade('wrangler does not say how large it is')
      return bytes
    },
    secretNames: async () => {
      if (!remote) return new Set(Object.keys(settings.secrets).filter((name) => settings.secrets[name] !== ''))
      const names = askJson<{ name: string }[]>(['secret', 'list', '--format', 'json'], where)
      return new Set(names.map(({ name }) => name))
    },
    fetch: async (path) => {
      if (!address) throw new NotMade('nobody said where it runs: --url')
      try {
        return await fetch(targetAt(address, path), { redirect: 'manual', signal: AbortSignal.timeout(20_000) })
      } catch (error) {
        if (reasonOf(error) === 'nothing listens there') return undefined
        throw new NotMade(`${address.origin} can't be reached: ${reasonOf(error)}`)
      }
    },
  }
}
