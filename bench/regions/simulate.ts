// How long a request takes from ten regions with D1_READS = "primary" and "nearest", out of the assumptions beside this
// file: node bench/regions/simulate.ts. The same seed gives the same table, which docs/regions.md shows.

import assumptions from './assumptions.json' with { type: 'json' }

const seed = 20_260_101
const requests = 20_000

type Region = (typeof assumptions.regions)[number]

/** Mulberry32: small, seeded, good enough for latencies. */
function random(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** What chance decides, from one stream of numbers. */
function chance(start: number) {
  const next = random(start)
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  return {
    /** A round trip of so long in the middle; a few take much longer. */
    trip: (median: number) =>
      median * Math.exp(assumptions.jitter * normal()) * (next() < assumptions.tailShare ? assumptions.tailFactor : 1),
    lag: () => assumptions.lag.median * Math.exp(assumptions.lag.spread * normal()),
    pause: () => -Math.log(1 - next()) * assumptions.pause,
    happens: (share: number) => next() < share,
  }
}

type Chance = ReturnType<typeof chance>
type Way = (region: Region, luck: Chance) => number

const { execute, workerCpu, kvRead, writeTrips } = assumptions

const start: Way = ({ toWorker }, { trip }) => trip(toWorker) + workerCpu
const authenticate: Way = ({ toPrimary }, { trip }) => trip(toPrimary) + execute.authenticate

/** A replica that is not yet as new as the bookmark answers once it is. */
const listAtOnce: Way = ({ toReplica }, { trip }) => trip(toReplica) + execute.list
const listAfterWrite: Way = (region, luck) => Math.max(0, luck.lag() - luck.pause()) + listAtOnce(region, luck)
const kv: Way = (_, { trip, happens }) => trip(happens(kvRead.hotShare) ? kvRead.hot : kvRead.cold)

const sum =
  (...ways: Way[]): Way =>
  (region, luck) =>
    ways.reduce((total, way) => total + way(region, luck), 0)

const listAtPrimary: Way = ({ toPrimary }, { trip }) => trip(toPrimary) + execute.list
const write: Way = ({ toPrimary }, { trip }) =>
  Array.from({ length: writeTrips }, () => trip(toPrimary)).reduce((total, one) => total + one, execute.write)

/** With Smart Placement the Worker runs beside the primary: the client's way there is the long one, the trips to D1 are short. */
const placed =
  (...ways: Way[]): Way =>
  (region, luck) =>
    luck.trip(region.toPrimary) + sum(start, ...ways)({ ...region, toPrimary: 2 }, luck)

const columns: { title: string; way: Way }[] = [
  { title: 'who am I', way: sum(start, authenticate) },
  { title: 'list, primary', way: sum(start, authenticate, listAtPrimary) },
  { title: 'list, nearest', way: sum(start, authenticate, listAtOnce) },
  { title: 'list, nearest, after own write', way: sum(start, authenticate, listAfterWrite) },
  { title: 'own sessions', way: sum(start, authenticate, listAtPrimary, kv) },
  { title: 'write', way: sum(start, authenticate, write) },
  { title: 'who am I, placed', way: placed(authenticate) },
  { title: 'list, placed', way: placed(authenticate, listAtPrimary) },
  { title: 'write, placed', way: placed(authenticate, write) },
]

const quantile = (sorted: readonly number[], share: number) =>
  Math.round(sorted[Math.floor(sorted.length * share)] ?? 0)

function cell(region: Region, way: Way, at: number): string {
  const luck = chance(seed + at)
  const times = Array.from({ length: requests }, () => way(region, luck)).sort((a, b) => a - b)
  return `${quantile(times, 0.5)} / ${quantile(times, 0.95)}`
}

console.log(`| p50 / p95 in ms | ${columns.map(({ title }) => title).join(' | ')} |`)
console.log(`|---|${columns.map(() => '---').join('|')}|`)
for (const [row, region] of assumptions.regions.entries()) {
  const cells = columns.map(({ way }, column) => cell(region, way, row * columns.length + column))
  console.log(`| ${region.name} | ${cells.join(' | ')} |`)
}
