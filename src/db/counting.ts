/** What one request has asked of D1 so far: trips, the rows that D1 bills, and how long it was waited for. */
export type Tally = { trips: number; rowsRead: number; rowsWritten: number; ms: number }

export const newTally = (): Tally => ({ trips: 0, rowsRead: 0, rowsWritten: 0, ms: 0 })

/** One trip, also where it fails: D1 was asked. The clock of a Worker moves only while it waits, as here. */
async function counted<T extends D1Result>(tally: Tally, ask: () => Promise<T[]>): Promise<T[]> {
  const started = Date.now()
  try {
    const results = await ask()
    for (const { meta } of results) {
      tally.rowsRead += meta.rows_read
      tally.rowsWritten += meta.rows_written
    }
    return results
  } finally {
    tally.trips += 1
    tally.ms += Date.now() - started
  }
}

/** What the types want, and nobody calls. */
export const unasked = (): never => {
  throw new Error('D1 is asked by first, all, run and batch alone')
}

class Statement implements D1PreparedStatement {
  readonly inner: D1PreparedStatement
  readonly tally: Tally
  constructor(inner: D1PreparedStatement, tally: Tally) {
    this.inner = inner
    this.tally = tally
  }
  bind(...values: unknown[]) {
    return new Statement(this.inner.bind(...values), this.tally)
  }
  async all<T>() {
    const [result] = await counted(this.tally, async () => [await this.inner.all<T>()])
    if (!result) throw new Error('a statement without a result')
    return result
  }
  run<T>() {
    return this.all<T>()
  }
  /** D1 says only of `all` what it cost. */
  async first<T>(): Promise<T | null> {
    return (await this.all<T>()).results[0] ?? null
  }
  raw = unasked
}

const counting = (d1: D1Database | D1DatabaseSession, tally: Tally) => ({
  prepare: (text: string) => new Statement(d1.prepare(text), tally),
  batch: <T>(statements: D1PreparedStatement[]) => {
    const inner = statements.map((one) => (one instanceof Statement ? one.inner : one))
    return counted(tally, () => d1.batch<T>(inner))
  },
  exec: unasked,
  dump: unasked,
})

/** D1 that notes in `tally` what it is asked, also by way of its sessions. */
export const countingD1 = (d1: D1Database, tally: Tally): D1Database => ({
  ...counting(d1, tally),
  withSession(how) {
    const session = d1.withSession(how)
    return { ...counting(session, tally), getBookmark: () => session.getBookmark() }
  },
})
