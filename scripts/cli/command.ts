// What every command of `rollcall` is, and how it ends.

import type { ParseArgsConfig } from 'node:util'
import { parseArgs } from 'node:util'
import type { Where } from '../directory/database.ts'
import { Misuse, messageOf } from '../failure.ts'

export type Command = {
  /** As it is typed: `user list`. */
  name: string
  summary: string
  /** What may follow the name, and what each of it means. */
  usage: string
  /** The exit code: 0 done, 1 refused or failed. Throws `Failure` for 1, `Misuse` for 2. */
  run(args: string[]): Promise<number>
}

/** Where the database is, for those commands that need it. */
export const whereOptions = {
  local: { type: 'boolean' },
  remote: { type: 'boolean' },
  'persist-to': { type: 'string' },
  env: { type: 'string' },
} as const satisfies ParseArgsConfig['options']

type WhereValues = { local?: boolean; remote?: boolean; 'persist-to'?: string; env?: string }

/** The local database where nothing is said. */
export function whereIn({ local, remote, 'persist-to': persistTo, env }: WhereValues): Where {
  if (local && remote) throw new Misuse('--local and --remote exclude each other')
  if (remote && persistTo) throw new Misuse('--persist-to is for a local database')
  return { remote, persistTo, env }
}

/** `parseArgs`, whose complaints about what was typed are `Misuse`. */
export function parsed<const T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config)
  } catch (error) {
    throw new Misuse(messageOf(error))
  }
}

/** The one thing that a command is about. */
export function one(positionals: readonly string[], what: string): string {
  const [first, ...more] = positionals
  if (!first || more.length > 0) throw new Misuse(`${what}. It takes exactly one`)
  return first
}
