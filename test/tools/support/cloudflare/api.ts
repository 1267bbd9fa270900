// What Wrangler asks of Cloudflare's API to provision and deploy, answered from memory and from the local runtime's D1: a double of
// Cloudflare, not of Rollcall.

import { randomUUID } from 'node:crypto'
import { type Call, pageOf, Refused } from './calls.ts'
import { statementsOf } from './statements.ts'
import { Database } from './workers.ts'

export const account = { id: 'a'.repeat(32), name: "Ann's account" }
export const subdomain = 'ann'

export type Uploaded = { code: string; bindings: Record<string, unknown>[] }
type Script = { secrets: Map<string, string>; uploaded?: Uploaded; domains: string[] }

type Handler = (call: Call, ...found: string[]) => unknown

export class Account {
  /** Which accounts whoever asks may use. */
  accounts = [account]
  readonly databases: Database[] = []
  readonly namespaces: { id: string; title: string }[] = []
  readonly scripts = new Map<string, Script>()
  readonly #folder: string
  readonly #imports = new Map<string, string>()

  constructor(folder: string) {
    this.#folder = folder
  }

  async stop() {
    for (const database of this.databases) await database.stop()
  }

  /** The Worker that is reached by this name, on the network. */
  async hostedAt(host: string): Promise<URL | undefined> {
    const [, script] =
      [...this.scripts].find(([name, { domains }]) =>
        [`${name}.${subdomain}.workers.dev`, ...domains].includes(host),
      ) ?? []
    return script?.uploaded && this.#databaseOf(script.uploaded).address()
  }

  #database(id = ''): Database {
    const database = this.databases.find((one) => one.id === id)
    if (!database) throw new Refused(404, 7404, `The database ${id} could not be found`)
    return database
  }

  #databaseOf({ bindings }: Uploaded): Database {
    const binding = bindings.find(({ type }) => type === 'd1')
    return this.#database(String(binding?.database_id ?? binding?.id))
  }

  #script(name = ''): Script {
    const script = this.scripts.get(name)
    if (!script) throw new Refused(404, 10007, 'This Worker does not exist on your account.')
    return script
  }

  #service(name = '') {
    this.#script(name)
    const script = { id: name, tag: name, last_deployed_from: 'wrangler' }
    return { id: name, default_environment: { environment: 'production', script } }
  }

  #worker(name = '') {
    this.#script(name)
    return { id: name, name, subdomain: { enabled: true, previews_enabled: false }, tags: [], observability: {} }
  }

  #settings(name = '') {
    return { bindings: this.#script(name).uploaded?.bindings ?? [], tags: [] }
  }

  #route(name: string, { origins }: { origins: { hostname: string }[] }) {
    this.#script(name).domains = origins.map(({ hostname }) => hostname)
    return origins
  }

  async #query(id: string, sql: string, params: unknown[] = []) {
    const db = await this.#database(id).d1()
    const statements = statementsOf(sql)
    try {
      const results = await db.batch(
        statements.map((statement) => db.prepare(statement).bind(...(statements.length === 1 ? params : []))),
      )
      return results.map((result: { results: unknown[]; meta: object }) => ({
        results: result.results,
        success: true,
        meta: result.meta,
      }))
    } catch (error) {
      throw new Refused(400, 7500, error instanceof Error ? error.message : String(error))
    }
  }

  #createDatabase(name: string) {
    if (this.databases.some((one) => one.name === name))
      throw new Refused(400, 7502, `database with name '${name}' already exists`)
    const database = new Database(randomUUID(), name, this.#folder)
    this.databases.push(database)
    return { uuid: database.id, name, version: 'production', created_in_region: 'WEUR' }
  }

  #createNamespace(title: string) {
    if (this.namespaces.some((one) => one.title === title))
      throw new Refused(400, 10014, 'a namespace with this title exists')
    const namespace = { id: randomUUID().replaceAll('-', ''), title }
    this.namespaces.push(namespace)
    return namespace
  }

  async #upload(name: string, { type, text }: Call) {
    const form = await new Response(text, { headers: { 'Content-Type': type } }).formData()
    const metadata = JSON.parse(String(form.get('metadata')))
    const main = form.get(metadata.main_module)
    const code = typeof main === 'string' ? main : ((await main?.text()) ?? '')
    const script: Script = this.scripts.get(name) ?? { secrets: new Map(), domains: [] }
    this.scripts.set(name, script)
    const resources = { script: { etag: '0', handlers: ['fetch', 'scheduled'] }, script_runtime: {}, bindings: [] }
    const result = { id: randomUUID(), number: 1, metadata: {}, startup_time_ms: 1, resources }
    const bindings: Record<string, unknown>[] = metadata.bindings
    for (const { type, name, text } of bindings)
      if (type === 'secret_text') script.secrets.set(String(name), String(text))
    // The first secret makes a draft, which is bound to nothing.
    if (!bindings.some((binding) => binding.type === 'd1')) return result
    script.uploaded = { code, bindings }
    await this.#serve(script)
    return result
  }

  async #serve({ uploaded, secrets }: Script) {
    if (!uploaded) return
    const texts = uploaded.bindings.filter(({ type }) => type === 'plain_text').map(({ name, text }) => [name, text])
    await this.#databaseOf(uploaded).serve(uploaded.code, {
      ...Object.fromEntries(texts),
      ...Object.fromEntries(secrets),
    })
  }

  async #putSecret(name: string, { name: key, text }: { name: string; text: string }) {
    const script = this.#script(name)
    script.secrets.set(key, text)
    await this.#serve(script)
    return { name: key, type: 'secret_text' }
  }

  async #deleteSecret(name: string | undefined, key: string) {
    const script = this.#script(name)
    script.secrets.delete(key)
    await this.#serve(script)
    return null
  }

  /** `d1 execute --file` sends a file to where it is told, then asks for it to be run. */
  async #import(
    id: string,
    { action, etag, filename }: { action: string; etag: string; filename: string },
    origin: string,
  ) {
    if (action === 'init') {
      const upload = randomUUID()
      return { filename: upload, upload_url: `${origin}/uploads/${upload}`, etag }
    }
    const results = await this.#query(id, this.#imports.get(filename) ?? '')
    const meta = { duration: 1, rows_read: 0, rows_written: 0, changes: 0, size_after: 0 }
    return {
      status: 'complete',
      success: true,
      messages: [],
      result: { num_queries: results.length, final_bookmark: '0', meta },
    }
  }

  readonly #routes: [string, RegExp, Handler][] = [
    ['GET', /^\/user\/tokens\/verify$/, () => ({ id: 'token', status: 'active' })],
    ['GET', /^\/user$/, () => ({ id: 'ann', email: 'ann@example.org' })],
    ['GET', /^\/accounts$/, () => this.accounts],
    ['GET', /^\/memberships$/, () => this.accounts.map((one) => ({ id: one.id, account: one, status: 'accepted' }))],
    ['GET', /\/d1\/database$/, () => this.databases.map(({ id, name }) => ({ uuid: id, name, version: 'production' }))],
    ['POST', /\/d1\/database$/, ({ text }) => this.#createDatabase(JSON.parse(text).name)],
    [
      'GET',
      /\/d1\/database\/([^/]+)$/,
      (_, id) => ({ uuid: id, name: this.#database(id).name, version: 'production' }),
    ],
    [
      'POST',
      /\/d1\/database\/([^/]+)\/query$/,
      ({ text }, id = '') => {
        const { sql, params } = JSON.parse(text)
        return this.#query(id, sql, params)
      },
    ],
    [
      'POST',
      /\/d1\/database\/([^/]+)\/import$/,
      ({ text, origin }, id = '') => this.#import(id, JSON.parse(text), origin),
    ],
    [
      'PUT',
      /^\/uploads\/(.+)$/,
      ({ text }, name = '') => {
        this.#imports.set(name, text)
      },
    ],
    ['GET', /\/storage\/kv\/namespaces$/, () => this.namespaces],
    ['POST', /\/storage\/kv\/namespaces$/, ({ text }) => this.#createNamespace(JSON.parse(text).title)],
    [
      'GET',
      /\/workers\/scripts\/([^/]+)\/secrets$/,
      (_, name) => [...this.#script(name).secrets.keys()].map((key) => ({ name: key, type: 'secret_text' })),
    ],
    ['DELETE', /\/workers\/scripts\/([^/]+)\/secrets\/([^/]+)$/, (_, name, key = '') => this.#deleteSecret(name, key)],
    ['PUT', /\/workers\/scripts\/([^/]+)\/secrets$/, ({ text }, name = '') => this.#putSecret(name, JSON.parse(text))],
    ['PUT', /\/workers\/scripts\/([^/]+)$/, (call, name = '') => this.#upload(name, call)],
    ['GET', /\/workers\/services\/([^/]+)$/, (_, name) => this.#service(name)],
    ['POST', /\/workers\/scripts\/[^/]+\/assets-upload-session$/, () => ({ jwt: 'assets', buckets: [] })],
    ['GET', /\/workers\/scripts\/([^/]+)\/(?:settings|script-settings)$/, (_, name) => this.#settings(name)],
    ['PATCH', /\/workers\/scripts\/[^/]+\/(?:settings|script-settings)$/, () => ({})],
    ['POST', /\/workers\/scripts\/([^/]+)\/versions$/, (call, name = '') => this.#upload(name, call)],
    ['GET', /\/workers\/scripts\/[^/]+\/deployments$/, () => ({ deployments: [] })],
    ['POST', /\/workers\/scripts\/[^/]+\/deployments$/, () => ({ id: randomUUID() })],
    [
      'PUT',
      /\/workers\/scripts\/([^/]+)\/domains\/records$/,
      ({ text }, name = '') => this.#route(name, JSON.parse(text)),
    ],
    [
      'POST',
      /\/workers\/scripts\/([^/]+)\/domains\/changeset$/,
      () => ({ added: [], removed: [], updated: [], conflicting: [] }),
    ],
    ['GET', /\/workers\/workers\/([^/]+)$/, (_, name) => this.#worker(name)],
    ['GET', /\/workers\/scripts\/[^/]+\/subdomain$/, () => ({ enabled: true, previews_enabled: false })],
    ['POST', /\/workers\/scripts\/[^/]+\/subdomain$/, ({ text }) => JSON.parse(text)],
    ['PUT', /\/workers\/scripts\/[^/]+\/schedules$/, () => ({ schedules: [] })],
    ['GET', /\/workers\/subdomain$/, () => ({ subdomain })],
  ]

  async answer(call: Call): Promise<unknown> {
    for (const [method, path, handler] of this.#routes) {
      const found = call.method === method && path.exec(call.path)
      if (found) return pageOf(await handler(call, ...found.slice(1)), call)
    }
    throw new Refused(404, 7003, `Could not route to ${call.method} ${call.path}`)
  }
}
