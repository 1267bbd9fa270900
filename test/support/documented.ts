import { getDotPath, safeParse } from 'valibot'
import { operations } from '../../scripts/buildOpenApi.ts'
import type { Answer, Operation } from '../../src/docs.ts'

type Seen = { status: number; body: unknown; text: string; headers: Headers }

const parameter = /:\w+/g
const parametersOf = ({ path }: Operation) => path.match(parameter)?.length ?? 0

/** Fixed paths come before those with parameters, as in the router; one trailing slash is ignored there too. */
const routes = operations
  .toSorted((a, b) => parametersOf(a) - parametersOf(b))
  .map((operation) => ({ operation, pattern: new RegExp(`^${operation.path.replace(parameter, '[^/]+')}/?$`) }))

function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}

/** The documented operation that a request means, if any. */
export function operationFor(method: string, url: string): Operation | undefined {
  const path = decoded(new URL(url).pathname)
  return routes.find(({ operation, pattern }) => operation.method === method && pattern.test(path))?.operation
}

const missingHeaders = (answer: Answer, { headers }: Seen) =>
  Object.keys(answer.headers ?? {}).filter((name) => !headers.has(name))

function problems(answer: Answer | undefined, seen: Seen): string[] {
  if (!answer) return ['the status is not documented']
  const missing = missingHeaders(answer, seen).map((name) => `the header ${name} is missing`)
  if (!answer.content) return seen.text === '' ? missing : [...missing, 'there is a body where none is documented']
  const [type = ''] = (seen.headers.get('Content-Type') ?? '').split(';')
  const media = answer.content[type]
  if (!media) return [...missing, `the content type "${type}" is not documented`]
  const { issues = [] } = safeParse(media.schema, type === 'application/json' ? seen.body : seen.text)
  return [...missing, ...issues.map((issue) => `${getDotPath(issue) ?? 'the body'}: ${issue.message}`)]
}

/** Throws where an answer isn't what the slice's docs.ts promises. A path without a route promises nothing. */
export function checkDocumented(method: string, url: string, seen: Seen): void {
  const operation = operationFor(method, url)
  if (!operation) return
  const found = problems(operation.answers[seen.status], seen)
  if (found.length === 0) return
  const about = `${operation.id} (${operation.method} ${operation.path}), status ${seen.status}`
  throw new Error(`not as documented: ${about}: ${found.join('; ')}\n${seen.text.slice(0, 1000)}`)
}
