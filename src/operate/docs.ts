import { literal, metadata, picklist, pipe, startsWith, strictObject, string } from 'valibot'
import { answer, anyone, commit, get, plainText, refused, requires, type Slice } from '../docs.ts'

const noSlash = refused('Not found')

const Readiness = strictObject({
  status: picklist(['ready', 'degraded', 'not ready']),
  d1: pipe(
    picklist(['ok', 'failing', 'slow', 'behind']),
    metadata({ description: '`behind`: migrations are still to be applied' }),
  ),
  kv: picklist(['ok', 'failing', 'slow']),
})

const exposition = `# HELP rollcall_users User accounts.
# TYPE rollcall_users gauge
rollcall_users 26
`

export const health: Slice = {
  tag: 'Health',
  description: 'Whether the Worker runs, and whether its database does; figures for Prometheus.',
  schemas: { Readiness },
  operations: [
    get('/healthz', anyone('says only that the Worker runs'), {
      id: 'ping',
      summary: 'Whether the Worker runs',
      description: 'Asks nothing of the database. A trailing slash is not accepted here.',
      answers: { 200: plainText('It runs', literal('Ok'), 'Ok'), 404: noSlash },
    }),
    get('/api/health', anyone('says only whether D1 answers'), {
      id: 'getHealth',
      summary: 'Whether the database answers',
      description:
        "The version is that of the Grafana whose answers these are; Rollcall's own is in `commit`. A trailing slash is not accepted here.",
      answers: {
        200: answer('It answers', strictObject({ commit, database: literal('ok'), version: string() }), {
          commit: 'rollcall-0.1.0',
          database: 'ok',
          version: '9.3.2',
        }),
        404: noSlash,
      },
    }),
    get('/api/ready', anyone('says only whether it can serve'), {
      id: 'getReadiness',
      summary: 'Whether this deployment can serve',
      description:
        "Rollcall's own, for whoever switches traffic to a deployment or off it: the primary database must answer within two seconds, with every migration that this version needs. Sessions are rights in the database and only described in KV, so without KV it serves, degraded.",
      answers: {
        200: answer('It can', Readiness, { status: 'ready', d1: 'ok', kv: 'ok' }),
        503: answer('It can not', Readiness, { status: 'not ready', d1: 'behind', kv: 'ok' }),
      },
    }),
    get('/metrics', requires('server.stats:read', ''), {
      id: 'getMetrics',
      summary: 'The figures that Prometheus reads',
      description:
        "Rollcall's own names, in the text format 0.0.4. A scrape reads the same few rows in a directory of any size.",
      answers: { 200: plainText('The figures', pipe(string(), startsWith('# HELP rollcall_')), exposition) },
    }),
  ],
}
