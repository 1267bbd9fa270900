/// <reference types="vite/client" />
import { safeParse } from 'valibot'
import { describe, expect, it } from 'vitest'
import file from '../public/openapi.json?raw'
import { buildOpenApi, openApiText, operations } from '../scripts/buildOpenApi.ts'
import { api } from '../src/api.ts'
import { demands } from '../src/auth/guards.ts'
import { checkDocumented, operationFor } from './support/documented.ts'

const document = buildOpenApi()

const isObject = (node: unknown): node is object => typeof node === 'object' && node !== null

/** Every value in a JSON tree with the key it stands under. */
function* walk(node: unknown): Generator<[key: string, value: unknown]> {
  if (!isObject(node)) return
  for (const entry of Object.entries(node)) {
    yield entry
    yield* walk(entry[1])
  }
}

const resolve = (ref: string) =>
  ref
    .slice('#/'.length)
    .split('/')
    .reduce<unknown>((node, key) => (isObject(node) ? Reflect.get(node, key) : undefined), document)

/** The one value that a field always has tells nothing. */
const isConstant = (schema: unknown) => isObject(schema) && 'const' in schema

/** The names of all fields in the schemas below a node that say something, through its references. */
function fieldsOf(node: unknown): string[] {
  return [...walk(node)].flatMap(([key, value]) => {
    if (key === '$ref') return fieldsOf({ to: resolve(String(value)) })
    if (key !== 'properties' || !isObject(value)) return []
    return Object.keys(value).filter((name) => !isConstant(Reflect.get(value, name)))
  })
}

describe('the documentation', () => {
  it('has exactly the routes of the app, each with the demand of its guard', () => {
    const guards = new Map<string, string | undefined>()
    for (const { method, path, handler } of api.routes.filter(({ method }) => method !== 'ALL')) {
      const route = `${method} ${path}`
      guards.set(route, guards.get(route) ?? demands.get(handler))
    }
    const documented = operations.map(({ method, path, guard }) => [`${method} ${path}`, guard])
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(guards))
    expect(documented).toHaveLength(guards.size)
  })

  it('is built: `npm run openapi` after a change', () => {
    expect(file).toBe(openApiText())
  })

  it('names every operation once', () => {
    const ids = operations.map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)])
  })

  it.each(operations.map((operation) => [operation.id, operation] as const))(
    'of %s declares the parameters of its path, and its examples are true',
    (_, { path, parameters, body, answers }) => {
      const declared = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `:${name}`)
      expect(declared).toEqual(path.match(/:\w+/g) ?? [])
      const media = Object.values(answers).flatMap(({ content = {} }) => Object.values(content))
      for (const { schema, example } of body ? [body, ...media] : media) {
        expect(safeParse(schema, example).issues, JSON.stringify(example)).toBeUndefined()
      }
    },
  )

  it('refers to nothing that is not there', () => {
    const refs = [...walk(document)].flatMap(([key, value]) => (key === '$ref' ? [String(value)] : []))
    expect(new Set(refs).size).toBeGreaterThan(10)
    expect(refs.filter((ref) => resolve(ref) === undefined)).toEqual([])
  })

  it('promises no secret in an answer but a new token, that one time', () => {
    const secrets = Object.values(document.paths)
      .flatMap((methods) => Object.values(methods))
      .flatMap((operation) => {
        if (!isObject(operation)) return []
        const fields = fieldsOf(Reflect.get(operation, 'responses'))
        const secret = fields.filter((name) => /passw|hash|secret|salt|^key$|token$/i.test(name))
        return secret.map((name) => `${Reflect.get(operation, 'operationId')}: ${name}`)
      })
    expect(secrets).toEqual(['createApiKey: key', 'createOwnToken: key', 'createServiceAccountToken: key'])
  })
})

describe('an answer is held to the documentation', () => {
  const url = (path: string) => `http://rollcall.test${path}`
  const seen = (status: number, body: unknown, type = 'application/json') => ({
    status,
    body,
    text: typeof body === 'string' ? body : JSON.stringify(body),
    headers: new Headers({ 'Content-Type': type }),
  })
  const check = (method: string, path: string, answer: ReturnType<typeof seen>) => () =>
    checkDocumented(method, url(path), answer)

  it.each([
    ['GET', '/api/users/lookup', 'lookupUser'],
    ['GET', '/api/users/lookup/', 'lookupUser'],
    ['GET', '/api/users/%31?page=2', 'getUser'],
    ['PUT', '/api/users/lookup', 'updateUser'],
    ['POST', '/api/user/stars/dashboard/uid/x', 'starDashboardByUid'],
    ['HEAD', '/api/users/1', undefined],
    ['GET', '/api/users/1/nope', undefined],
    ['GET', '/API/user', undefined],
  ])('of %s %s: %s', (method, path, id) => {
    expect(operationFor(method, url(path))?.id).toBe(id)
  })

  it('and accepted where it is as documented, or where nothing is', () => {
    expect(check('GET', '/api/users/9', seen(404, { message: 'user not found' }))).not.toThrow()
    expect(check('GET', '/api/nope', seen(418, 'teapot', 'text/html'))).not.toThrow()
  })

  it.each([
    ['a status', seen(418, {}), 'getUser (GET /api/users/:id), status 418: the status is not documented'],
    ['a field', seen(404, { message: 'x', passwordHash: 'y' }), 'status 404: passwordHash: Invalid key'],
    ['a type', seen(404, { message: 5 }), 'status 404: message: Invalid type'],
    ['a content type', seen(404, 'x', 'text/html'), 'the content type "text/html" is not documented'],
    ['a missing header', seen(500, { message: 'x' }), 'the header X-Request-Id is missing'],
  ])('and refused for %s that is not', (_, answer, words) => {
    expect(check('GET', '/api/users/9', answer)).toThrow(words)
  })

  it('and refused for a body where none is documented', () => {
    const answer = seen(302, 'x')
    answer.headers.set('Location', '/')
    expect(check('GET', '/logout', answer)).toThrow('there is a body where none is documented')
  })
})
