import { type ConversionConfig, type JsonSchema, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema'
import type { GenericSchema } from 'valibot'
import project from '../package.json' with { type: 'json' }
import { accessControl } from '../src/accessControl/docs.ts'
import { heldPermissions } from '../src/accessControl/permissionDocs.ts'
import { audit } from '../src/audit/docs.ts'
import { dashboards } from '../src/dashboards/docs.ts'
import { type Answer, Denial, type Media, type Operation, type Parameter, Refusal, shared } from '../src/docs.ts'
import { invites } from '../src/invites/docs.ts'
import { health } from '../src/operate/docs.ts'
import { currentOrg } from '../src/orgs/currentDocs.ts'
import { orgs } from '../src/orgs/docs.ts'
import { orgMembers } from '../src/orgs/memberDocs.ts'
import { passwordReset } from '../src/passwordReset/docs.ts'
import { preferences } from '../src/preferences/docs.ts'
import { quotas } from '../src/quotas/docs.ts'
import { roleAssignments } from '../src/roles/assignmentDocs.ts'
import { builtinRoles } from '../src/roles/builtinDocs.ts'
import { roles } from '../src/roles/docs.ts'
import { server } from '../src/server/docs.ts'
import { serviceAccounts } from '../src/serviceAccounts/docs.ts'
import { serviceAccountTokens } from '../src/serviceAccounts/tokenDocs.ts'
import { adminSessions } from '../src/sessions/adminDocs.ts'
import { sessions } from '../src/sessions/docs.ts'
import { signUp } from '../src/signUp/docs.ts'
import { stars } from '../src/stars/docs.ts'
import { teams } from '../src/teams/docs.ts'
import { teamMembers } from '../src/teams/memberDocs.ts'
import { apiKeys, personalTokens } from '../src/tokens/docs.ts'
import { adminUsers } from '../src/users/adminDocs.ts'
import { users } from '../src/users/docs.ts'

const slices = [
  health,
  sessions,
  adminSessions,
  users,
  adminUsers,
  orgs,
  orgMembers,
  currentOrg,
  teams,
  teamMembers,
  preferences,
  apiKeys,
  personalTokens,
  serviceAccounts,
  serviceAccountTokens,
  accessControl,
  heldPermissions,
  roles,
  builtinRoles,
  roleAssignments,
  quotas,
  server,
  audit,
  dashboards,
  stars,
  invites,
  signUp,
  passwordReset,
]

/** Every operation of the API, as documented. */
export const operations = slices.flatMap((slice) => slice.operations)

const named: Record<string, GenericSchema> = Object.assign({ Refusal, Denial }, ...slices.map(({ schemas }) => schemas))

/** OpenAPI 3.1 is JSON Schema 2020-12. What a client sends is the input of a schema: a field with a default may be absent. */
const conversion: ConversionConfig = {
  target: 'draft-2020-12',
  typeMode: 'input',
  overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
}

/** Named schemas become references, and are listed once in the components. */
function schemaOf(schema: GenericSchema): JsonSchema {
  const { $schema, $defs, ...converted } = toJsonSchema(schema, { ...conversion, definitions: named })
  return converted
}

const mapValues = <T, R>(record: Record<string, T>, change: (value: T, key: string) => R) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]))

const contentOf = (content: Record<string, Media>) =>
  mapValues(content, ({ schema, example }) => ({ schema: schemaOf(schema), example }))

const fullAnswer = ({ description, headers, content }: Answer) => ({
  description,
  ...(headers && { headers: mapValues(headers, (text) => ({ description: text, schema: { type: 'string' } })) }),
  ...(content && { content: contentOf(content) }),
})

/** An answer that is the shared one, not merely equal to it, is written as a reference. */
function answerOf(answer: Answer) {
  const [name] = Object.entries(shared).find(([, common]) => common === answer) ?? []
  return name ? { $ref: `#/components/responses/${name}` } : fullAnswer(answer)
}

const parameterOf = ({ in: where, name, description, schema }: Parameter) => ({
  name,
  in: where,
  description,
  required: where === 'path' || schema.type !== 'optional',
  schema: schemaOf(schema),
})

const operationOf = (tag: string, operation: Operation) => ({
  operationId: operation.id,
  summary: operation.summary,
  ...(operation.description && { description: operation.description }),
  tags: [tag],
  security: operation.credentials.map((name) => (name === 'none' ? {} : { [name]: [] })),
  ...(operation.parameters.length > 0 && { parameters: operation.parameters.map(parameterOf) }),
  ...(operation.body && {
    requestBody: { required: true, content: contentOf({ 'application/json': operation.body }) },
  }),
  responses: mapValues(operation.answers, answerOf),
})

function paths() {
  const all: Record<string, Record<string, unknown>> = {}
  for (const { tag, operations } of slices) {
    for (const operation of operations) {
      const path = operation.path.replace(/:(\w+)/g, '{$1}')
      all[path] = { ...all[path], [operation.method.toLowerCase()]: operationOf(tag, operation) }
    }
  }
  return all
}

const description = `A user directory that answers as Grafana 9.3.2 does.

Bodies are JSON, sent as \`application/json\`: keys match in any letter case, nulls and unknown keys are ignored, and what can't be read is a 400. Ids in a path are whole numbers. One trailing slash is ignored. A path that does not exist is a 404; a stranger gets a 401 there under \`/api\`, and is sent to \`/login\` elsewhere.`

const securitySchemes = {
  basic: { type: 'http', scheme: 'basic', description: 'Login or e-mail, and password; or `api_key` and a token' },
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key, a service-account token or a personal token' },
  session: { type: 'apiKey', in: 'cookie', name: 'grafana_session', description: 'What `POST /login` sets' },
}

/** The document as an object; the same docs always give the same one. */
export const buildOpenApi = () => ({
  openapi: '3.1.0',
  info: {
    title: 'Rollcall',
    version: project.version,
    description,
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/' }],
  tags: slices.map(({ tag, description }) => ({ name: tag, description })),
  paths: paths(),
  components: {
    schemas: toJsonSchemaDefs(named, conversion),
    responses: mapValues(shared, fullAnswer),
    securitySchemes,
  },
})

/** The document as public/openapi.json holds it. */
export const openApiText = () => `${JSON.stringify(buildOpenApi(), undefined, 2)}\n`
