// Passwords, from where nobody else on the machine sees them: never from the command line, which `ps` and the shell's
// history show.

import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Misuse } from '../failure.ts'

/** Asked for at the terminal, on standard error, without showing what is typed. */
export async function prompt(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  terminal.once('SIGINT', () => process.exit(130))
  // Not earlier: until there is an interface, the terminal itself shows what is typed.
  process.stderr.write(question)
  try {
    return await terminal.question('')
  } catch {
    throw new Misuse('No password was typed')
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}

async function promptTwice(): Promise<string> {
  const password = await prompt('New password: ')
  if ((await prompt('The same again: ')) !== password) throw new Misuse('Those were two different passwords')
  return password
}

/** The password of whoever runs the command, where the environment doesn't have it. */
export const askPassword = (login: string): Promise<string> | undefined =>
  process.stdin.isTTY ? prompt(`Password of ${login}: `) : undefined

/** A password to be set: ROLLCALL_NEW_PASSWORD, else asked for at the terminal, else the first line of standard input. */
export async function newPassword(): Promise<string> {
  const given = process.env.ROLLCALL_NEW_PASSWORD
  if (given) return given
  const password = process.stdin.isTTY ? await promptTwice() : (await text(process.stdin)).split(/\r?\n/)[0]
  if (!password) {
    throw new Misuse('No password: type it at a terminal, send it to standard input, or set ROLLCALL_NEW_PASSWORD')
  }
  return password
}
