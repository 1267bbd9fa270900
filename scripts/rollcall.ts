#!/usr/bin/env node
// `npm run rollcall -- <command>`: what an operator does from a terminal. Exit codes: 0 done, 1 refused, 2 not understood.

import { type Command, Failure, Misuse } from './cli/command.ts'

/** Loaded when it is called for: `user list` need not wait for what an import needs. */
const commands: Record<string, () => Promise<Command>> = {}

const names = Object.keys(commands)

async function usage(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()))
  const width = Math.max(...all.map(({ name }) => name.length))
  const list = all.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return `rollcall <command> [options]\n\n${list.join('\n')}\n\nrollcall <command> --help says more. Exit codes: 0 done, 1 refused, 2 not understood.`
}

/** The longest name that the words begin with: `user list` before `user`. */
const called = (words: string[]) =>
  [2, 1].map((count) => words.slice(0, count).join(' ')).find((name) => name in commands)

async function main(words: string[]): Promise<number> {
  if (words.length === 0 || words[0] === 'help' || words[0] === '--help') {
    console.log(await usage())
    return words.length === 0 ? 2 : 0
  }
  const name = called(words)
  const load = name === undefined ? undefined : commands[name]
  if (name === undefined || load === undefined)
    throw new Misuse(`There is no "${words.join(' ')}": ${names.join(', ')}`)
  const command = await load()
  const args = words.slice(name.split(' ').length)
  if (args.includes('--help')) {
    console.log(`rollcall ${command.name} ${command.usage}`)
    return 0
  }
  return command.run(args)
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof Failure || error instanceof Misuse)) throw error
  console.error(error.message)
  process.exitCode = error instanceof Misuse ? 2 : 1
}
