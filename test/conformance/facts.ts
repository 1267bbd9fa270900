import { beforeAll, describe, expect, it } from 'vitest'
import { call, type Who } from '../support/client.ts'

/** Where the status and the JSON of an answer were recorded; README.md says what is the same in both and what isn't. */
export type Version = '9.3.2' | '8.1.8 and 9.3.2'
export const both: Version = '8.1.8 and 9.3.2'
export const nine: Version = '9.3.2'

/** What a world hands to its rows: tokens and cookies by name. */
export type Names = Record<string, string>
export type World = () => Promise<Names>

/** `login:password`, or a token or cookie by its name in the world (any other text is sent as it is), or nobody. */
export type Caller = string | { token: string } | { cookie: string } | undefined

/** `text` is the whole body, with TIME and ACE for what differs from run to run. Without `text` or `type` either is not compared. */
export type Answer = { status: number; text?: string; type?: string; headers?: Record<string, RegExp> }

export type Request = {
  name: string
  who?: Caller
  /** Method and path: 'GET /api/users'. */
  ask: string
  body?: unknown
  /** `{name}` in a value stands for that name of the world. */
  headers?: Record<string, string>
}

export type Fact = Request & { gives: Answer; seenOn?: Version }

/** JSON as a Go program writes it, keys in the order given. Written out here, so that it checks the product's own. */
export const goText = (body: unknown) =>
  JSON.stringify(body).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

const json = 'application/json'

/** An answer of the endpoint itself: bare content type, no newline. */
export const gives = (status: number, body: unknown): Answer => ({ status, text: goText(body), type: json })
export const ok = (body: unknown) => gives(200, body)
export const done = (message: string) => ok({ message })
export const refuses = (status: number, message: string) => gives(status, { message })
/** With the empty trace id that 9.3.2 adds where there is an error underneath. */
export const refusesTraced = (status: number, message: string) => gives(status, { message, traceID: '' })

/** A refusal from before the endpoint: the content type names a charset, the body ends in a newline. */
const early = (status: number, body: unknown): Answer => ({
  status,
  text: `${goText(body)}\n`,
  type: `${json}; charset=UTF-8`,
})

export const unauthorized = early(401, { message: 'Unauthorized' })
export const wrongPassword = early(401, { message: 'invalid username or password', traceID: '' })
export const wrongHeader = early(401, { message: 'Invalid Basic Auth Header', traceID: '' })
export const wrongKey = early(401, { message: 'invalid API key', traceID: '' })
export const expiredKey = early(401, { message: 'Expired API key' })
export const noRoute = early(404, { message: 'Not found' })
export const denied = (action: string) =>
  early(403, {
    accessErrorId: 'ACE',
    message: `You'll need additional permissions to perform this action. Permissions needed: ${action}`,
    title: 'Access denied',
  })

export const badBody = refusesTraced(400, 'bad request data')
export const badId = (name = 'id') => refusesTraced(400, `${name} is invalid`)
export const noUser = refuses(404, 'user not found')

/** A signed-out client: the cookie is taken away. */
export const clearsCookie = /(^|, )grafana_session=; Path=\/; Max-Age=0; HttpOnly; SameSite=Lax($|,)/
export const setsCookie = /^grafana_session=[\w-]+; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax($|,)/

/** What differs from run to run, by the word that stands for it. */
const settled = (text: string) =>
  text.replace(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/g, '"TIME"').replace(/"ACE\d{10}"/g, '"ACE"')

function signedBy(who: Caller, names: Names): Who {
  if (who === undefined || typeof who === 'string') return who
  return 'token' in who ? { token: names[who.token] ?? who.token } : { cookie: names[who.cookie] ?? who.cookie }
}

const filled = (headers: Record<string, string>, names: Names) =>
  Object.fromEntries(
    Object.entries(headers).map(([key, value]) => [
      key,
      value.replace(/\{(\w+)\}/g, (whole, name: string) => names[name] ?? whole),
    ]),
  )

const textAndType = ({ text, type }: Answer) => ({
  ...(text === undefined ? {} : { text }),
  ...(type === undefined ? {} : { type }),
})

/** Sends a row's request and holds the answer to what the row says, to the byte. */
export async function expectAnswer(request: Request, expected: Answer, names: Names): Promise<void> {
  const { who, ask, body, headers = {} } = request
  const [method = '', path = ''] = ask.split(' ')
  const answer = await call(signedBy(who, names), method, path, { body, headers: filled(headers, names) })
  const got = { status: answer.status, text: settled(answer.text), type: answer.headers.get('Content-Type') }
  expect(got).toEqual({ ...got, status: expected.status, ...textAndType(expected) })
  for (const [name, pattern] of Object.entries(expected.headers ?? {}))
    expect(answer.headers.get(name) ?? '', name).toMatch(pattern)
}

/** For the title of a test. */
const label = (who: Caller) => (who === undefined ? '' : ` as ${typeof who === 'string' ? who : Object.values(who)}`)

/** Of the file's worlds so far: a section without a world of its own continues in the one before. */
const names: Names = {}

/** Tests for the facts of one section of the documentation; rows run in order, in the world that is made for them first. */
export function facts(section: string, seenOn: Version, rows: Fact[], world?: World): void {
  describe(section, () => {
    beforeAll(async () => {
      Object.assign(names, await world?.())
    })
    for (const row of rows)
      it(`${row.name}: ${row.ask}${label(row.who)} (${row.seenOn ?? seenOn})`, () =>
        expectAnswer(row, row.gives, names))
  })
}
