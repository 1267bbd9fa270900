import { unasked } from './counting.ts'

/** The way to the database broke; asking once more may go well. D1 tries so itself, but not for long. */
const isPassing = (error: unknown) =>
  error instanceof Error &&
  /Network connection lost|storage caused object to be reset|Cannot resolve D1 DB due to transient issue/.test(
    error.message,
  )

async function askTwice<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (isPassing(error)) return ask()
    throw error
  }
}

/** What starts with SELECT can't write; what starts with WITH may end in an INSERT. */
const isRead = (text: string) =>
  /^\s*select\b/i.test(text) || (/^\s*with\b/i.test(text) && !/\b(?:insert|update|delete|replace)\b/i.test(text))

/** A statement that only reads, and so may be asked twice; a write whose answer was lost may have been done. */
class Read implements D1PreparedStatement {
  readonly inner: D1PreparedStatement
  constructor(inner: D1PreparedStatement) {
    this.inner = inner
  }
  bind(...values: unknown[]) {
    return new Read(this.inner.bind(...values))
  }
  first<T>(): Promise<T | null> {
    return askTwice(() => this.inner.first<T>())
  }
  all<T>() {
    return askTwice(() => this.inner.all<T>())
  }
  run<T>() {
    return askTwice(() => this.inner.run<T>())
  }
  raw = unasked
}

/**
 * SQLite looks at a bound LIMIT while it plans, and so plans anew at every execution what it would keep otherwise: half a
 * millisecond for the statement that signs in. It doesn't look into a sum.
 */
const keepPlanned = (text: string) => text.replace(/\blimit \?\d*(?! *[*+\d])/gi, '$& + 0')

/** All that is ever asked of D1, or of a session of it. */
type Asked = Pick<D1Database, 'prepare' | 'batch'>

/** D1 whose reads are asked once more where the first answer was lost. */
export class Patient implements D1Database {
  readonly d1: Asked
  constructor(d1: Asked) {
    this.d1 = d1
  }
  prepare(text: string) {
    const statement = this.d1.prepare(keepPlanned(text))
    return isRead(text) ? new Read(statement) : statement
  }
  batch<T>(statements: D1PreparedStatement[]) {
    const ask = () => this.d1.batch<T>(statements.map((one) => (one instanceof Read ? one.inner : one)))
    return statements.every((one) => one instanceof Read) ? askTwice(ask) : ask()
  }
  exec = unasked
  withSession = unasked
  dump = unasked
}
