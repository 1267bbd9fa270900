import type { JobName, Peer } from './jobs.ts'
import { comparedAt, type Results, rowOf } from './results.ts'

const shown: [JobName, string][] = [
  ['cookie', 'who am I, by cookie'],
  ['token', 'who am I, by token'],
  ['password', 'who am I, by password'],
  ['byId', 'a person by id'],
  ['list', 'first page of 50, in order'],
  ['search', 'search: 20 hits'],
  ['deep', 'last page of 50, in order'],
  ['sessions', 'own sessions'],
  ['signIn', 'sign in'],
]
const series: Peer[] = ['floor', 'Rollcall', 'better-auth', 'PocketBase', 'LIKE']
const names: Partial<Record<Peer, string>> = { LIKE: 'LIKE scan on D1', floor: 'floor: bare Hono' }

const [left, right, bar, gap, top] = [250, 90, 11, 16, 70]
const width = 820

/** Milliseconds on a logarithmic axis: a tenth at its left end, a thousand at its right. */
const along = (ms: number) => ((Math.log10(Math.max(ms, 0.1)) + 1) / 4) * (width - left - right)

const style = `text{font:12px system-ui,sans-serif;fill:#333}.title{font-size:15px;font-weight:600}.value{font-size:10px;fill:#666}
.grid{stroke:#ddd}.s0{fill:#b5b5b5}.s1{fill:#2f6fab}.s2{fill:#c28e4b}.s3{fill:#7d9a6a}.s4{fill:#8c7aa9}
@media (prefers-color-scheme:dark){text{fill:#ddd}.value{fill:#aaa}.grid{stroke:#444}.s0{fill:#777}.s1{fill:#6ba4d8}.s2{fill:#cfa469}.s3{fill:#94b381}.s4{fill:#a797c2}}`

type Bar = { at: number; ms: number }

const barsOf = (results: Results, users: number, job: JobName): Bar[] =>
  series.flatMap((peer, at) => {
    const ms = rowOf(results, peer, users, job)?.median.cpu
    return ms === undefined ? [] : [{ at, ms }]
  })

const drawn = ({ at, ms }: Bar, y: number) =>
  `<rect class="s${at}" x="${left}" y="${y}" width="${Math.max(1, along(ms)).toFixed(1)}" height="${bar - 2}"/>
<text class="value" x="${(left + along(ms) + 4).toFixed(1)}" y="${y + 8}">${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)}</text>`

/** CPU a request at the size where all are compared. */
export function chart(results: Results): string {
  const users = comparedAt(results)
  let y = top
  const groups = shown.flatMap(([job, name]) => {
    const bars = barsOf(results, users, job)
    if (bars.length === 0) return []
    const start = y
    y += bars.length * bar + gap
    const label = `<text x="${left - 8}" y="${start + (bars.length * bar) / 2 + 3}" text-anchor="end">${name}</text>`
    return [label, ...bars.map((each, n) => drawn(each, start + n * bar))]
  })
  const grid = [0.1, 1, 10, 100, 1000].map((ms) => {
    const x = (left + along(ms)).toFixed(1)
    return `<line class="grid" x1="${x}" x2="${x}" y1="${top - 8}" y2="${y - gap + 4}"/><text class="value" x="${x}" y="${top - 12}" text-anchor="middle">${ms} ms</text>`
  })
  const legend = series.map(
    (peer, n) =>
      `<rect class="s${n}" x="${16 + n * 155}" y="${y + 4}" width="10" height="10"/><text x="${31 + n * 155}" y="${y + 13}">${names[peer] ?? peer}</text>`,
  )
  const title = `<text class="title" x="16" y="26">CPU a request, ${users.toLocaleString('en')} people (logarithmic: less is better)</text>`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 28}" role="img" aria-label="CPU a request, by job and by server">
<style>${style}</style>
${[title, ...grid, ...groups, ...legend].join('\n')}
</svg>
`
}
