// What the jobs cost at Cloudflare's prices, from what one saved run of the bench measured: `npm run cost` writes the
// computed parts of docs/cost.md from docs/benchmarks.json.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { root } from '../scripts/wrangler.ts'
import { type Cost, jobs } from './jobs.ts'
import { intoSection, table } from './report.ts'
import type { Results, Row } from './results.ts'

/** Dollars for a million on the Workers Paid plan, beyond what its $5 a month include. */
const prices = { requests: 0.3, cpuMs: 0.02, rowsRead: 0.001, rowsWritten: 1, kvReads: 0.5, kvWrites: 5 }
const storagePerGb = 0.75
const largestGb = 10

/** A month, of the Paid plan. */
const included = { requests: 10e6, cpuMs: 30e6, rowsRead: 25e9, rowsWritten: 50e6, kvReads: 10e6, kvWrites: 1e6 }

/** A day, of the Free plan; its CPU is a limit to each request. KV's writes, deletes and lists have 1,000 each. */
const free = { requests: 100_000, cpuMs: 10, rowsRead: 5e6, rowsWritten: 100_000, kvReads: 100_000, kvWrites: 1000 }
const freeGb = 0.5

type Use = { cpuMs: number; rowsRead: number; rowsWritten: number; kvReads: number; kvWrites: number }

/** A KV write, delete and list cost the same. */
const useOf = (cost: Cost, cpuMs: number): Use => ({
  cpuMs,
  rowsRead: cost.rowsRead,
  rowsWritten: cost.rowsWritten,
  kvReads: cost.kvReads,
  kvWrites: cost.kvWrites + cost.kvDeletes + cost.kvLists,
})

const perMillion = (use: Use) =>
  prices.requests +
  use.cpuMs * prices.cpuMs +
  use.rowsRead * prices.rowsRead +
  use.rowsWritten * prices.rowsWritten +
  use.kvReads * prices.kvReads +
  use.kvWrites * prices.kvWrites

/** How often a day the Free plan's tightest limit lets it be; 0 = not at all. */
function aDayFree(use: Use): { times: number; limit: string } {
  if (use.cpuMs > free.cpuMs) return { times: 0, limit: 'CPU' }
  const limits = [
    { limit: 'requests', times: free.requests },
    { limit: 'rows read', times: free.rowsRead / use.rowsRead },
    { limit: 'rows written', times: free.rowsWritten / use.rowsWritten },
    { limit: 'KV', times: Math.min(free.kvWrites / use.kvWrites, free.kvReads / use.kvReads) },
  ]
  return limits.reduce((least, each) => (each.times < least.times ? each : least))
}

const dollars = (value: number) => `$${value.toFixed(2)}`
const whole = (value: number) => Math.round(value).toLocaleString('en')

type Priced = { row: Row; use: Use }

const priced = ({ rows }: Results, users: number): Priced[] =>
  rows.flatMap((row) =>
    row.peer === 'Rollcall' && row.users === users && row.cost && row.median.cpu !== undefined
      ? [{ row, use: useOf(row.cost, row.median.cpu) }]
      : [],
  )

const priceTable = (all: Priced[]) =>
  table(
    ['job', 'CPU ms', 'rows read', 'rows written', 'KV reads', 'KV writes', 'a million cost'],
    all.map(({ row, use }) => [
      jobs[row.job],
      use.cpuMs.toFixed(2),
      whole(use.rowsRead),
      whole(use.rowsWritten),
      whole(use.kvReads),
      whole(use.kvWrites),
      dollars(perMillion(use)),
    ]),
  )

const freeTable = (all: Priced[]) =>
  table(
    ['job', 'times a day', 'what ends it'],
    all.map(({ row, use }) => {
      const { times, limit } = aDayFree(use)
      return [jobs[row.job], times === 0 ? 'none' : whole(times), times === 0 ? 'more than 10 ms of CPU' : limit]
    }),
  )

/** People who come every day of a month: a sign-in, and what they look at. */
const month = { people: 100_000, signIns: 4, requests: 200, lists: 20, searches: 10 }

function aMonth(all: Priced[]): string {
  const of = (job: Row['job']) => all.find(({ row }) => row.job === job)?.use
  const parts: [Use | undefined, number][] = [
    [of('signIn'), month.signIns],
    [of('cookie'), month.requests],
    [of('list'), month.lists],
    [of('search'), month.searches],
  ]
  if (parts.some(([use]) => !use)) return ''
  const total = (what: keyof Use) => month.people * parts.reduce((sum, [use, n]) => sum + (use?.[what] ?? 0) * n, 0)
  const requests = month.people * parts.reduce((sum, [, n]) => sum + n, 0)
  const beyond = (what: keyof Use) => (Math.max(0, total(what) - included[what]) / 1e6) * prices[what]
  const uses: (keyof Use)[] = ['cpuMs', 'rowsRead', 'rowsWritten', 'kvReads', 'kvWrites']
  const extra = (Math.max(0, requests - included.requests) / 1e6) * prices.requests
  const sum = 5 + extra + uses.reduce((total, what) => total + beyond(what), 0)
  return `For example ${whole(month.people)} people, each with ${month.signIns} sign-ins, ${month.requests} requests by cookie, ${month.lists} pages of a list and ${month.searches} searches a month: ${whole(requests / 1e6)} million requests, ${whole(total('cpuMs') / 1e6)} million ms of CPU, ${whole(total('rowsRead') / 1e6)} million rows read, ${(total('rowsWritten') / 1e6).toFixed(1)} million written, **${dollars(sum)}** with the plan's $5.`
}

/** Writes go one after the other, so a database takes as many a second as fit into one, wherever they come from. */
function reach(results: Results, users: number): string {
  const directory = results.directories.find((each) => each.users === users)
  if (!directory) return ''
  const perPerson = (directory.bytes - directory.emptyBytes) / directory.users
  const people = (gigabytes: number) => `${whole((gigabytes * 1e9 - directory.emptyBytes) / perPerson / 1000)},000`
  const rate = (job: Row['job']) => {
    const row = results.rows.find((each) => each.peer === 'Rollcall' && each.users === users && each.job === job)
    return row ? whole(row.median.perSecond) : '–'
  }
  return [
    `- **Size**: ${whole(perPerson)} bytes a person at ${whole(users)}, with their membership, search index and counters, before sessions, tokens and the audit log. The ${largestGb} GB of one database hold some ${people(largestGb)} people, the Free plan's ${freeGb * 1000} MB some ${people(freeGb)}. Storage costs ${dollars(storagePerGb)} a GB and month beyond the first 5: a full database ${dollars((largestGb - 5) * storagePerGb)} a month.`,
    `- **Writes**: measured at ${whole(users)} on one core that ran the Worker too: ${rate('revoke')} sessions revoked a second, ${rate('addToOrg')} people added to an organization. Filling the directory took ${whole(directory.seedSeconds)} s, ${whole(directory.users / directory.seedSeconds)} people a second, in one process without a network. D1 itself says that a database does one statement at a time: at 1 ms each, 1,000 a second.`,
  ].join('\n')
}

function computed(results: Results): Record<string, string> {
  const users = Math.max(...results.settings.users)
  const all = priced(results, users)
  const source = `Measured on ${results.when.slice(0, 10)} at ${whole(users)} people (docs/benchmarks.md).`
  return {
    jobs: `${source}\n\n${priceTable(all)}\n\n${aMonth(all)}`,
    free: freeTable(all),
    reach: reach(results, users),
  }
}

const page = `${root}docs/cost.md`
const source = [`${root}docs/benchmarks.json`, `${root}bench/results/latest.json`].find((file) => existsSync(file))
if (!source) {
  console.error('Nothing is measured yet: npm run bench')
  process.exit(1)
}
const results: Results = JSON.parse(readFileSync(source, 'utf8'))
let text = readFileSync(page, 'utf8')
for (const [name, part] of Object.entries(computed(results))) text = intoSection(text, name, part)
writeFileSync(page, text)
console.log(`docs/cost.md, from ${source.slice(root.length)}`)
