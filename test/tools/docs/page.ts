// One page: its blocks from the top to the bottom, each on what the ones above it left.

import { mkdirSync, renameSync } from 'node:fs'
import { filledGrafana } from '../grafana/filled.ts'
import { checkOut } from '../support/checkout.ts'
import { type Cloudflare, startCloudflare } from '../support/cloudflare/server.ts'
import type { Block } from './blocks.ts'
import { type Command, commandsOf, matches } from './commands.ts'
import { type Instance, startInstance } from './instance.ts'
import { type Outcome, programs } from './programs.ts'
import { settings } from './settings.ts'
import { Shell } from './shell.ts'

/** For people to read, and nothing that could be run. */
const shown = ['text', 'http', 'csv', 'diff']

/** What a reader puts in place of these. */
const password = 'a good password'
const placeholders: [string, string][] = [
  ['<your-subdomain>', 'ann'],
  ['<password>', password],
]

/** Seconds for a command: a deployment asks Wrangler ten times. */
const patience = 240

export type Result = { done: number; failures: string[]; notRun: { where: string; why: string }[] }

export class Page {
  readonly #result: Result = { done: 0, failures: [], notRun: [] }
  readonly #folder: string
  readonly #shared: string
  readonly #project: string
  readonly #shell: Shell
  /** The last token of each kind that was printed: what a reader would paste. */
  readonly #tokens = new Map<string, string>()
  #instance: Instance | undefined
  #cloudflare: Cloudflare | undefined

  /** `shared` keeps from page to page what takes long to install. */
  constructor(folder: string, shared: string) {
    this.#folder = folder
    this.#shared = shared
    this.#project = checkOut(`${folder}/project`)
    mkdirSync(`${folder}/shell`)
    // What somebody who moves has at hand.
    renameSync(filledGrafana(this.#project, '9'), `${this.#project}/grafana.db`)
    this.#shell = new Shell(this.#project, `${folder}/shell`, process.env)
  }

  async run(blocks: Block[]): Promise<Result> {
    try {
      for (const block of blocks) await this.#block(block)
    } catch (error) {
      this.#result.failures.push(error instanceof Error ? error.message : String(error))
    } finally {
      this.#shell.stop()
      await this.#instance?.stop()
      await this.#cloudflare?.stop()
    }
    return this.#result
  }

  async #block(block: Block) {
    const where = `${block.file}:${block.line}`
    if (block.notRun) return void this.#result.notRun.push({ where, why: block.notRun })
    if (shown.includes(block.language)) return
    if (block.language === 'sh') return this.#commands(block)
    this.#note(where, await this.#outcomeOf(block))
  }

  async #outcomeOf(block: Block): Promise<Outcome> {
    const check = settings[block.language]
    if (check) return check(block, this.#project)
    const run = programs[block.language]
    if (!run)
      return { ok: false, said: `nothing here runs "${block.language}": name a language, or say why it isn't run` }
    await this.#start()
    return run({ ...block, text: this.#readable(block.text) }, this.#shared, this.#project)
  }

  /** `npm run dev`, which every page takes for granted, at its usual address as far as the commands know. */
  async #start() {
    if (this.#instance) return
    this.#instance = await startInstance(this.#project)
    await this.#shell.run(`export ROLLCALL_URL=http://localhost:${this.#instance.port}`, {}, 10)
  }

  #note(where: string, { ok, said, notRun }: Outcome) {
    if (notRun) this.#result.notRun.push({ where, why: notRun })
    else if (ok) this.#result.done++
    else this.#result.failures.push(`${where}\n${said.trim().replace(/^/gm, '  ')}`)
  }

  /** What the reader would run: at the address of this page's own Rollcall, with what they have in place of placeholders. */
  #readable(text: string): string {
    const filled = placeholders.reduce((whole, [placeholder, value]) => whole.replaceAll(placeholder, value), text)
    const pasted = filled.replace(/\b([a-z]+_)…/g, (whole, kind: string) => this.#tokens.get(kind) ?? whole)
    return this.#instance ? pasted.replaceAll('localhost:8787', `localhost:${this.#instance.port}`) : pasted
  }

  /** `sh remote` needs an account at Cloudflare: here a double of it. */
  async #environmentOf({ attributes }: Block): Promise<Record<string, string>> {
    if (!attributes.includes('remote')) return {}
    this.#cloudflare ??= await startCloudflare(this.#folder)
    return { ...this.#cloudflare.env, ADMIN_PASSWORD: password }
  }

  async #commands(block: Block) {
    const env = await this.#environmentOf(block)
    if (!block.attributes.includes('remote')) await this.#start()
    for (const command of commandsOf(block.text, block.line)) {
      const said = await this.#problemOf(command, env)
      this.#note(`${block.file}:${command.line}`, { ok: said === '', said })
    }
  }

  async #problemOf({ text, expected }: Command, env: Record<string, string>): Promise<string> {
    const { status, stdout, stderr } = await this.#shell.run(this.#readable(text), env, patience)
    for (const [token, kind = ''] of stdout.matchAll(/\b([a-z]+_)[A-Za-z0-9_]{12,}/g)) this.#tokens.set(kind, token)
    if (expected !== undefined) {
      return matches(stdout, expected) ? '' : `${text}  expected  ${expected}\n  printed   ${stdout.trim()}\n${stderr}`
    }
    return status === 0 ? '' : `${text}  ended with ${status}\n${stdout}${stderr}`
  }
}
