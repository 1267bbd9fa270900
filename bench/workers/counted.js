// Beside any built Worker as worker.js: what an answer cost D1 and KV, in its header X-Cost. D1's binding asks by one
// `fetch` a round trip, whose answer says what each statement read and wrote; what runs after the answer is waited for.
import worker from './worker.js'

let cost
const isRead = (sql) =>
  /^\s*select\b/i.test(sql) || (/^\s*with\b/i.test(sql) && !/\b(insert|update|delete)\b/i.test(sql))

const counted = new WeakSet()

function count(binding) {
  const { fetcher } = binding
  if (counted.has(binding)) return
  counted.add(binding)
  const fetch = async (url, init) => {
    const answer = await fetcher.fetch(url, init)
    const text = await answer.text()
    const asked = [JSON.parse(init.body)].flat()
    cost.trips.push(asked.map(({ sql }) => (isRead(sql) ? 'r' : 'w')).join(''))
    for (const { meta } of [JSON.parse(text)].flat()) {
      cost.rowsRead += meta?.rows_read ?? 0
      cost.rowsWritten += meta?.rows_written ?? 0
    }
    return new Response(text, answer)
  }
  binding.fetcher = { fetch }
}

const kvOperations = {
  get: 'kvReads',
  getWithMetadata: 'kvReads',
  put: 'kvWrites',
  delete: 'kvDeletes',
  list: 'kvLists',
}

const countedKv = (kv) =>
  new Proxy(kv, {
    get(target, key) {
      if (key in kvOperations) cost[kvOperations[key]] += 1
      return Reflect.get(target, key).bind(target)
    },
  })

export default {
  async fetch(request, env, ctx) {
    cost = { trips: [], rowsRead: 0, rowsWritten: 0, kvReads: 0, kvWrites: 0, kvDeletes: 0, kvLists: 0 }
    count(env.DB.alwaysPrimarySession)
    const after = []
    const bindings = env.SESSIONS ? { ...env, SESSIONS: countedKv(env.SESSIONS) } : env
    const context = { waitUntil: (promise) => after.push(promise), passThroughOnException() {}, props: ctx.props }
    const answer = await worker.fetch(request, bindings, context)
    const body = await answer.arrayBuffer()
    const beforeAnswer = cost.trips.length
    await Promise.all(after)
    const headers = new Headers(answer.headers)
    headers.set('X-Cost', JSON.stringify({ ...cost, beforeAnswer, bytes: body.byteLength }))
    return new Response(body, { status: answer.status, headers })
  },
}
