// What can't be guessed is asked for: which account, and the first administrator's password.

import { createInterface } from 'node:readline/promises'
import { prompt } from '../cli/secretInput.ts'
import { Failure } from '../failure.ts'
import { ask, run } from '../wrangler.ts'
import { say, shown } from './wrangler.ts'

type Account = { id: string; name: string }

const whoAmI = ['whoami', '--json']

const isTerminal = () => process.stdin.isTTY === true

async function answer(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  lines.once('SIGINT', () => process.exit(130))
  const typed = await lines.question(question)
  lines.close()
  return typed.trim()
}

const hidden = async (question: string) => (await prompt(question)).trim()

/** The accounts of whoever is signed in, after signing them in where that can be asked. */
function accounts(): Account[] {
  say(shown(whoAmI))
  const { ok, stdout } = ask(whoAmI)
  if (ok) return JSON.parse(stdout).accounts ?? []
  if (!isTerminal())
    throw new Failure('Not signed in to Cloudflare: npx wrangler login, or export CLOUDFLARE_API_TOKEN')
  say(shown(['login']))
  if (!run(['login'])) throw new Failure('wrangler could not sign you in')
  return JSON.parse(ask(whoAmI).stdout).accounts ?? []
}

/** Wrangler's commands from here on are about one account, which only needs asking for where there are several. */
export async function chooseAccount(toml: string): Promise<void> {
  if (process.env.CLOUDFLARE_ACCOUNT_ID || /^account_id\s*=/m.test(toml)) return say('  chosen already')
  const all = accounts()
  const [first] = all
  // A token that may not list accounts: Wrangler finds out by itself, or says what it lacks.
  if (first === undefined) return
  const chosen = all.length === 1 ? first : await pick(all)
  say(`  ${chosen.name}`)
  process.env.CLOUDFLARE_ACCOUNT_ID = chosen.id
}

async function pick(all: Account[]): Promise<Account> {
  const list = all.map(({ name, id }, at) => `  ${at + 1}  ${name} (${id})`).join('\n')
  if (!isTerminal())
    throw new Failure(`You have several accounts: export CLOUDFLARE_ACCOUNT_ID with the id of one.\n${list}`)
  const chosen = all[Number(await answer(`${list}\n  Which one, by its number? `)) - 1]
  return chosen ?? pick(all)
}

/** Typed twice, and never shown. */
export async function askPassword(user: string): Promise<string> {
  if (!isTerminal()) throw new Failure('ADMIN_PASSWORD is not set: export it, or run this in a terminal')
  const password = await hidden(`  A password for ${user}, at least 8 characters: `)
  if (password.length < 8) say('  That is too short.')
  else if (password === (await hidden('  The same again: '))) return password
  else say('  Those were two different ones.')
  return askPassword(user)
}
