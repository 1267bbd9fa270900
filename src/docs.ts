import {
  type GenericSchema,
  integer,
  literal,
  metadata,
  minValue,
  number,
  type ObjectEntries,
  optional,
  picklist,
  pipe,
  regex,
  strictObject,
  string,
  union,
} from 'valibot'
import { roles } from './auth/permissions.ts'

// What the API promises. Each slice lists its operations in its own docs.ts, in the order and words of its routes.ts;
// scripts/buildOpenApi.ts turns them into public/openapi.json, and the tests hold every answer they see to them. The Worker
// imports none of it, so that a request never pays for it. Objects are strict: a field that is not listed fails a test.

/** A body of one media type. The tests hold `example` to `schema`. */
export type Media = { schema: GenericSchema; example: unknown }

/** What one status means. Headers are named here only if the answer always has them. */
export type Answer = { description: string; headers?: Record<string, string>; content?: Record<string, Media> }

export type Parameter = { in: 'path' | 'query' | 'header'; name: string; description: string; schema: GenericSchema }

/** One way to present a credential; `none` = without one. */
export type Credential = 'basic' | 'bearer' | 'session' | 'none'

export type Operation = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As Hono has it: `/api/users/:id`. */
  path: string
  /** The demand of the route's guard, word for word. */
  guard: string
  id: string
  summary: string
  description: string
  credentials: readonly Credential[]
  parameters: Parameter[]
  body: Media | undefined
  answers: Record<number, Answer>
}

/** `schemas` are those that get a name of their own in the document. */
export type Slice = {
  tag: string
  description: string
  schemas: Record<string, GenericSchema>
  operations: Operation[]
}

// Fields

export const id = pipe(number(), integer(), minValue(1))
export const count = pipe(number(), integer(), minValue(0))

/** As rfc3339 in time.ts writes it. */
export const time = pipe(
  string(),
  regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  metadata({ format: 'date-time', description: 'Whole seconds, in UTC' }),
)

export const role = picklist(roles)

export const avatarUrl = pipe(string(), regex(/^(\/avatar\/[0-9a-f]{32})?$/))

/** What the caller may do with what is shown, where it was asked for by `withAccess`. */
export const allowed = (actions: readonly string[]) =>
  pipe(
    strictObject(Object.fromEntries(actions.map((action) => [action, optional(literal(true))] as const))),
    metadata({ description: 'What the caller may do with it; there with `accesscontrol=true`' }),
  )

// Answers

const json = 'application/json'

const answerAs =
  (type: string) =>
  (description: string, schema: GenericSchema, example: unknown): Answer => ({
    description,
    content: { [type]: { schema, example } },
  })

export const answer = answerAs(json)
export const plainText = answerAs('text/plain')

/** What a write says; `beside` are the keys next to the message. */
export const done = (message: string, beside: ObjectEntries = {}, example: object = {}): Answer =>
  answer('Done', strictObject({ message: literal(message), ...beside }), { message, ...example })

const traceID = pipe(
  literal(''),
  metadata({ description: "Always empty; there where Grafana's handler passes on an underlying error" }),
)

export const Refusal = strictObject({ message: string(), traceID: optional(traceID) })

/** A refusal in any of these words. */
export const refused = (message: string, ...others: string[]): Answer =>
  answer([message, ...others].join(' · '), Refusal, { message })

export const Denial = strictObject({
  accessErrorId: pipe(string(), regex(/^ACE\d{10}$/), metadata({ description: 'Finds this one denial in a log' })),
  message: string(),
  title: literal('Access denied'),
})

const denialExample = {
  accessErrorId: 'ACE4047302617',
  message: "You'll need additional permissions to perform this action. Permissions needed: users:read",
  title: 'Access denied',
}

const passwordIsDue = 'The password must be changed first: PUT /api/user/password'
const missing = `A permission is missing: the message names the action, the header X-Missing-Permission its scope. Or: ${passwordIsDue}`
const denial = union([Denial, Refusal])

/** The 403 of a write; `own` is what the route itself refuses with. */
export const writeDenied = (own?: string): Answer => ({
  description: `${missing}.${own ? ` Or: ${own}.` : ''} As plain text: a cookie came with a write from another site.`,
  content: {
    [json]: { schema: denial, example: denialExample },
    'text/plain': { schema: literal('origin not allowed\n'), example: 'origin not allowed\n' },
  },
})

/** The answers that many operations have in common, by their names in the document. */
export const shared = {
  Unauthorized: refused(
    'Unauthorized',
    'invalid username or password',
    'invalid API key',
    'Expired API key',
    'Service account is disabled',
    'Invalid Basic Auth Header',
  ),
  Denied: answer(missing, denial, denialExample),
  WriteDenied: writeDenied(),
  NoOrg: refused('Organization not found'),
  TooLarge: refused('request body is larger than 1048576 bytes'),
  Failed: { ...refused('Internal server error'), headers: { 'X-Request-Id': 'Finds the failure in the log' } },
  Unavailable: {
    ...refused('The database is not available: try again'),
    headers: { 'Retry-After': 'After how many seconds' },
  },
  NoAccountYet: refused(
    'The database is not available: try again',
    'No account exists yet: set the secret ADMIN_PASSWORD to create the first administrator',
  ),
} satisfies Record<string, Answer>

// Who may call: named and called as the guards of the routes are (auth/guards.ts), so that the two read alike

export type Access = { guard: string; note: string; isOpen: boolean }

export const anyone = (why: string): Access => ({ guard: `anyone: ${why}`, note: '', isOpen: true })

/** `forMachines` is what API keys and service accounts get. */
export const signedIn = (action: 'users:read' | 'users:write', forMachines: string): Access => ({
  guard: `signed in: ${action} on one's own account`,
  note: `For whoever is signed in. A token with limited permissions needs \`${action}\` on its owner's account; an API key or a service account, which is no person, gets ${forMachines}.`,
  isOpen: false,
})

const permission = (action: string, scope: string) =>
  `\`${action}\`${scope && ` on \`${scope.replace(/::(\w+)$/, ':{$1}')}\``}`

export const requires = (action: string, scope: string, where = ''): Access => ({
  guard: `${action} on ${scope || 'nothing'}${where}`,
  note: `Needs the permission ${permission(action, scope)}${where}.`,
  isOpen: false,
})

/** For a server admin, or a service account to which one gave it; a role in an org is not enough. */
export const requiresOnServer = (action: string): Access => ({
  guard: `${action} on the whole server`,
  note: `Needs the permission \`${action}\` beside any role in an org, as a server admin has it.`,
  isOpen: false,
})

/** For whoever is signed in, a machine too. */
export const anySignedIn = (why: string): Access => ({
  guard: `anyone signed in: ${why}`,
  note: 'For whoever is signed in, with an API key or a service account too.',
  isOpen: false,
})

/** For whoever holds one of them. */
export const requiresAny = (...wanted: readonly (readonly [action: string, scope: string])[]): Access => ({
  guard: `any of ${wanted.map(([action, scope]) => `${action} on ${scope}`).join(', ')}`,
  note: `Needs one of the permissions ${wanted.map(([action, scope]) => permission(action, scope)).join(', ')}.`,
  isOpen: false,
})

/** For whoever holds one of them on anything at all. */
export const requiresSomeOf = (...actions: readonly string[]): Access => ({
  guard: `any of ${actions.join(', ')} on anything`,
  note: `Needs one of the permissions ${actions.map((action) => `\`${action}\``).join(', ')}, on anything.`,
  isOpen: false,
})

/** For whoever holds it on anything at all; the answer holds only what the caller may see. */
export const requiresSome = (action: string): Access => ({
  guard: `${action} on anything`,
  note: `Needs the permission \`${action}\` on anything; the answer holds only what that covers.`,
  isOpen: false,
})

/** API keys and service accounts are denied here whatever their role, but for what a server admin gave the latter. */
export const requiresInOrg = (action: string, scope: string) => requires(action, scope, ' in the org of the path')

// Parameters

const parameter =
  (at: Parameter['in']) =>
  (name: string, description: string, schema: GenericSchema = id): Parameter => ({ in: at, name, description, schema })

export const pathParameter = parameter('path')
export const query = parameter('query')
const header = parameter('header')

/** A query parameter that Go's ParseBool reads. */
export const flag = optional(picklist(['true', 'false']))
export const withAccess = query('accesscontrol', '`true` adds what the caller may do with it', flag)

/** For answers that depend on the org in which a person acts. */
export const actingOrg = [
  header(
    'X-Grafana-Org-Id',
    "The org in which a person acts, else the active one. A machine always acts in its token's own.",
    optional(id),
  ),
  query('targetOrgId', 'The same as X-Grafana-Org-Id, which goes before it', optional(id)),
]

// Operations

type Details = Pick<Operation, 'id' | 'summary' | 'answers'> &
  Partial<Pick<Operation, 'description' | 'credentials' | 'parameters' | 'body'>>

/** The answers that follow from the method, the guard and the body, so that only what is a route's own needs listing. */
function implied(method: Operation['method'], access: Access, hasBody: boolean): Record<number, Answer> {
  const denied = method === 'GET' ? shared.Denied : shared.WriteDenied
  return {
    ...(access.isOpen
      ? { 503: shared.Unavailable }
      : { 401: shared.Unauthorized, 403: denied, 503: shared.NoAccountYet }),
    ...(hasBody ? { 404: shared.NoOrg, 413: shared.TooLarge } : {}),
    500: shared.Failed,
  }
}

const operation =
  (method: Operation['method']) =>
  (path: string, access: Access, details: Details): Operation => ({
    method,
    path,
    guard: access.guard,
    id: details.id,
    summary: details.summary,
    description: [details.description, access.note].filter(Boolean).join('\n\n'),
    credentials: details.credentials ?? (access.isOpen ? ['none'] : ['basic', 'bearer', 'session']),
    parameters: details.parameters ?? [],
    body: details.body,
    answers: { ...implied(method, access, details.body !== undefined), ...details.answers },
  })

export const get = operation('GET')
export const post = operation('POST')
export const put = operation('PUT')
export const patch = operation('PATCH')
export const del = operation('DELETE')

/** What answers, and in which version. */
export const commit = pipe(string(), regex(/^rollcall-\d+\.\d+\.\d+$/))
