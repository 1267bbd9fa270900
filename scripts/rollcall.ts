#!/usr/bin/env node
// `npm run rollcall -- <command>`: what an operator does from a terminal. Exit codes: 0 done, 1 refused, 2 not understood.

import type { Command } from './cli/command.ts'
import { Failure, Misuse } from './failure.ts'

/** Loaded when it is called for: `user list` need not wait for what an import needs. */
const commands: Record<string, () => Promise<Command>> = {
  'user list': async () => (await import('./cli/userList.ts')).userList,
  'user show': async () => (await import('./cli/userAccounts.ts')).userShow,
  'user create': async () => (await import('./cli/userAccounts.ts')).userCreate,
  'user disable': async () => (await import('./cli/userAccounts.ts')).userDisable,
  'user enable': async () => (await import('./cli/userAccounts.ts')).userEnable,
  'user delete': async () => (await import('./cli/userAccounts.ts')).userDelete,
  'user sessions': async () => (await import('./cli/userSessions.ts')).userSessions,
  'user revoke': async () => (await import('./cli/userSessions.ts')).userRevoke,
  'token create': async () => (await import('./cli/tokenCreate.ts')).tokenCreate,
  'admin create': async () => (await import('./cli/adminCreate.ts')).adminCreate,
  'admin reset': async () => (await import('./cli/adminReset.ts')).adminReset,
  doctor: async () => (await import('./cli/doctor.ts')).doctor,
  import: async () => (await import('./cli/import.ts')).importCommand,
  export: async () => (await import('./cli/export.ts')).exportCommand,
  seed: async () => (await import('./cli/seed.ts')).seed,
}

const names = Object.keys(commands)

async function usage(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()))
  const width = Math.max(...all.map(({ name }) => name.length))
  const list = all.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return `rollcall <command> [options]\n\n${list.join('\n')}\n\nrollcall <command> --help says more. Exit codes: 0 done, 1 refused, 2 not understood.`
}

/** The longest name that the words begin with: `user list` before `user`. */
const called = (words: string[]) =>
  [2, 1].map((count) => words.slice(0, count).join(' ')).find((name) => Object.hasOwn(commands, name))

/** What was meant, as far as one can tell: `user` alone has several. */
function unknown(words: string[]): Misuse {
  const alike = names.filter((name) => name.split(' ')[0] === words[0])
  return new Misuse(`There is no "${words.slice(0, 2).join(' ')}": ${(alike.length > 0 ? alike : names).join(', ')}`)
}

async function main(words: string[]): Promise<number> {
  if (words.length === 0 || words[0] === 'help' || words[0] === '--help' || words[0] === '-h') {
    console.log(await usage())
    return words.length === 0 ? 2 : 0
  }
  const name = called(words)
  const load = name === undefined ? undefined : commands[name]
  if (name === undefined || load === undefined) throw unknown(words)
  const command = await load()
  const args = words.slice(name.split(' ').length)
  if (args.includes('--help') || args.includes('-h')) {
    console.log(`rollcall ${command.name} ${command.usage}`)
    return 0
  }
  return command.run(args)
}

// Whoever reads the answer may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const isExpected = error instanceof Failure || error instanceof Misuse
  console.error(error instanceof Error && (isExpected || !process.env.ROLLCALL_DEBUG) ? error.message : error)
  if (!isExpected) console.error('ROLLCALL_DEBUG=1 shows where this comes from')
  process.exitCode = error instanceof Misuse ? 2 : 1
}
