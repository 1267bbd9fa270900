import { readFileSync } from 'node:fs'
import { copy, d1File, editing } from '../directories.ts'
import { type Call, type Cost, type JobName, jobNames, type Target } from '../jobs.ts'
import { launch } from '../workerd.ts'
import { costsOf, counted, type Directory } from './rollcall.ts'

const rowsOf: Partial<Record<JobName, number>> = { list: 50, deep: 50, search: 20, sessions: 3 }

/** What the caller waits for: last-seen and the audit log's aside are Rollcall's own after the answer. */
function floorCall(job: JobName, { trips, beforeAnswer, bytes }: Cost, id: number): Call {
  const shape = trips.slice(0, beforeAnswer).join(',')
  return { path: `/floor?trips=${shape}&rows=${rowsOf[job] ?? 1}&bytes=${bytes}&id=${id}` }
}

/** On the same database as Rollcall, in shape and size, as many round trips and rows as Rollcall was seen to make. */
export async function floor(worker: string, directory: Directory, rollcall: Target, work: string): Promise<Target[]> {
  const { users } = rollcall
  const { folder, questions } = directory
  const persist = `${work}/floor-${users}`
  copy(folder, persist)
  editing(d1File(persist), (db) => db.exec('CREATE TABLE floor (id INTEGER PRIMARY KEY, text TEXT)'))
  const calls: Target['calls'] = {}
  for (const job of jobNames) {
    const cost = rollcall.costs[job]
    if (cost) calls[job] = floorCall(job, cost, questions.id)
  }
  const like: Target['calls'] = { search: { path: `/like?text=${questions.twenty}` } }
  // Miniflare names the database after the Worker.
  const common = { name: 'rollcall', env: { DB: { type: 'd1' as const } }, persist }
  const first = await launch({ ...common, ...counted(worker) })
  const [costs, likeCosts] = [await costsOf(first.address, calls), await costsOf(first.address, like)]
  await first.miniflare.dispose()
  const { miniflare, address, pids } = await launch({
    ...common,
    main: 'worker.js',
    modules: { 'worker.js': readFileSync(worker, 'utf8') },
  })
  const stop = () => miniflare.dispose()
  return [
    { peer: 'floor', users, address, pids, calls, costs, stop },
    { peer: 'LIKE', users, address, pids, calls: like, costs: likeCosts, stop: async () => {} },
  ]
}
