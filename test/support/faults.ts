import { env } from 'cloudflare:workers'

// The real D1 and KV behind wrappers that fail as Cloudflare's do: nothing here answers in their place.

/** What D1 says when it is not to be had for a moment. */
export const connectionLost = 'D1_ERROR: Network connection lost.'

type Way = 'first' | 'all' | 'run' | 'raw'

/** Which calls to D1 fail: the `at`th from now, or it and all that follow; before the statement ran, or after, the answer lost. */
export type Fault = { at: number; onwards?: boolean; when?: 'before' | 'after'; words?: string }

export type Trip = 'read' | 'write'

const kindOf = (texts: readonly string[]): Trip =>
  texts.some((text) => /\b(insert|update|delete|replace)\b/i.test(text)) ? 'write' : 'read'

type AroundTrip = <T>(texts: readonly string[], run: () => Promise<T>) => Promise<T>

/** The real D1, each call to which goes through `around`: a trip, whether of one statement or of a batch. */
function wrappedD1(around: AroundTrip): D1Database {
  const known = new WeakMap<object, { inner: D1PreparedStatement; text: string }>()
  const ways: readonly PropertyKey[] = ['first', 'all', 'run', 'raw'] satisfies Way[]

  function wrap(inner: D1PreparedStatement, text: string): D1PreparedStatement {
    const proxy = new Proxy(inner, {
      get(target, key) {
        const member = Reflect.get(target, key)
        if (key === 'bind') return (...values: unknown[]) => wrap(target.bind(...values), text)
        if (!ways.includes(key)) return member
        return (...values: unknown[]) => around([text], async () => Reflect.apply(member, target, values))
      },
    })
    known.set(proxy, { inner, text })
    return proxy
  }

  return new Proxy(env.DB, {
    get(target, key) {
      if (key === 'prepare') return (text: string) => wrap(target.prepare(text), text)
      if (key !== 'batch') return Reflect.get(target, key).bind(target)
      return (statements: D1PreparedStatement[]) =>
        around(
          statements.map((statement) => known.get(statement)?.text ?? ''),
          () => target.batch(statements.map((statement) => known.get(statement)?.inner ?? statement)),
        )
    },
  })
}

/** Each trip starts so much later. */
export const slowD1 = (milliseconds: number) =>
  wrappedD1(async (_, run) => {
    await scheduler.wait(milliseconds)
    return run()
  })

/** Something else happens just before the first statement of such a text. */
export function interruptedD1(text: RegExp, happens: () => Promise<unknown>) {
  let isOver = false
  return wrappedD1(async (texts, run) => {
    if (!isOver && texts.some((each) => text.test(each))) {
      isOver = true
      await happens()
    }
    return run()
  })
}

/** `strike` starts a new count of trips; without a fault nothing fails. */
export function faultyD1() {
  let fault: Fault | undefined
  let trips: Trip[] = []

  const db = wrappedD1(async (texts, run) => {
    trips.push(kindOf(texts))
    const { at = 0, onwards = false, when = 'before', words = connectionLost } = fault ?? {}
    const fails = fault !== undefined && (onwards ? trips.length >= at : trips.length === at)
    if (!fails) return run()
    if (when === 'after') await run()
    throw new Error(words)
  })

  /** What was asked since the last time, and from now on this fails. */
  function strike(next?: Fault): Trip[] {
    const before = trips
    trips = []
    fault = next
    return before
  }

  return { db, strike }
}

type Operation = 'get' | 'getWithMetadata' | 'list' | 'put' | 'delete'
export const kvOperations: readonly Operation[] = ['get', 'getWithMetadata', 'list', 'put', 'delete']

type Behave = (operation: Operation, run: () => Promise<unknown>, about: unknown) => Promise<unknown>

const isOperation = (key: PropertyKey): key is Operation => kvOperations.some((operation) => operation === key)

/** The real KV, each of whose operations goes through `behave`. */
const behaving = (behave: Behave): KVNamespace =>
  new Proxy(env.SESSIONS, {
    get(target, key) {
      const member = Reflect.get(target, key)
      if (!isOperation(key)) return member
      return (...values: unknown[]) => behave(key, async () => Reflect.apply(member, target, values), values[0])
    },
  })

const isOneOf = (operations: readonly Operation[], operation: Operation) => operations.includes(operation)

export const throwingKv = (...operations: readonly Operation[]) =>
  behaving(async (operation, run) => {
    if (isOneOf(operations, operation))
      throw new Error(`KV ${operation.toUpperCase()} failed: 500 Internal Server Error`)
    return run()
  })

export const slowKv = (milliseconds: number, ...operations: readonly Operation[]) =>
  behaving(async (operation, run) => {
    if (isOneOf(operations, operation)) await scheduler.wait(milliseconds)
    return run()
  })

/** Never answers. */
export const hangingKv = (...operations: readonly Operation[]) =>
  behaving((operation, run) => (isOneOf(operations, operation) ? new Promise<never>(() => undefined) : run()))

type Found = KVNamespaceGetWithMetadataResult<string, unknown>

const textOf = (value: unknown, key: string) => {
  const text: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  return typeof text === 'string' ? text : ''
}

/**
 * KV as another location sees it for up to a minute: what was written by way of `kv` is not to be seen yet, what was
 * deleted is still there. `lagging` says who is late: a list can be while a get is not. `settle` = the minute is over.
 */
export function staleKv(lagging: readonly ('get' | 'list')[] = ['get', 'list']) {
  const past = new Map<string, Found>()

  async function listed(prefix: string) {
    const page = await env.SESSIONS.list({ prefix })
    const late = [...past].filter(([name, { value }]) => value !== null && name.startsWith(prefix))
    const keys = [
      ...page.keys.filter(({ name }) => !past.has(name)),
      ...late.map(([name, { metadata }]) => ({ name, metadata })),
    ]
    return { ...page, keys: keys.toSorted((a, b) => (a.name < b.name ? -1 : 1)) }
  }

  async function write(name: string, run: () => Promise<unknown>) {
    if (!past.has(name)) past.set(name, await env.SESSIONS.getWithMetadata(name))
    return run()
  }

  const kv = behaving(async (operation, run, about) => {
    const name = String(about)
    if (operation === 'put' || operation === 'delete') return write(name, run)
    if (!lagging.some((late) => late === operation)) return run()
    if (operation === 'list') return listed(textOf(about, 'prefix'))
    return past.has(name) ? past.get(name)?.value : run()
  })

  return { kv, settle: () => past.clear() }
}
