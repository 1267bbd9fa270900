// The text of wrangler.toml: what a deployment fills in, and everything else, comments too, stays as it is. The repository carries
// zeros for ids, which is all that local development needs.

export const zeroIds = { database: '00000000-0000-0000-0000-000000000000', namespace: '0'.repeat(32) }

/** What stands before the first `[header]` has none. */
type Section = { header: string; text: string }

/** A header stands on a line of its own: a value over several lines has its brackets indented or behind a key. */
const sectionsOf = (toml: string): Section[] =>
  toml.split(/^(?=\[)/m).map((text) => ({ header: /^\[+([^\]]+)\]/.exec(text)?.[1]?.trim() ?? '', text }))

const prefixOf = (environment: string) => `env.${environment}`

/** Whether a section is the environment's own; the environment without a name has all that is no other's. */
const belongs = ({ header }: Section, environment: string) =>
  environment === ''
    ? !header.startsWith('env.')
    : header === prefixOf(environment) || header.startsWith(`${prefixOf(environment)}.`)

const joined = (sections: Section[]) => sections.map(({ text }) => text).join('')

const partOf = (toml: string, environment: string) =>
  joined(sectionsOf(toml).filter((section) => belongs(section, environment)))

export const isPlaceholder = (toml: string, zeros: string, environment = '') =>
  partOf(toml, environment).includes(`"${zeros}"`)

/** The file with the id in place of its zeros. */
export function fillId(toml: string, zeros: string, id: string, environment = ''): string {
  const sections = sectionsOf(toml)
  const at = sections.findIndex((section) => belongs(section, environment) && section.text.includes(`"${zeros}"`))
  if (at < 0) throw new Error(`wrangler.toml has no "${zeros}" to replace`)
  return joined(
    sections.map((section, n) => (n === at ? { ...section, text: section.text.replace(zeros, id) } : section)),
  )
}

const valueIn = (toml: string, key: string) => new RegExp(`^${key}\\s*=\\s*"([^"]*)"`, 'm').exec(toml)?.[1]

export function settingIn(toml: string, key: string, environment = ''): string {
  const value = valueIn(partOf(toml, environment), key)
  if (value === undefined) throw new Error(`wrangler.toml has no ${key}`)
  return value
}

/** The Worker's name, which Wrangler makes of the project's where the environment has none of its own. */
export function workerName(toml: string, environment: string): string {
  const name = settingIn(toml, 'name')
  if (environment === '') return name
  const own = sectionsOf(toml).find(({ header }) => header === prefixOf(environment))
  return valueIn(own?.text ?? '', 'name') ?? `${name}-${environment}`
}

/** Where people reach it, if that was decided. */
export const rootUrlIn = (toml: string, environment = '') => valueIn(partOf(toml, environment), 'ROOT_URL') || undefined

/** What Wrangler takes from the environment alone: https://developers.cloudflare.com/workers/wrangler/environments/. */
const notInherited =
  /^(define|vars|d1_databases|kv_namespaces|ratelimits|send_email|version_metadata|analytics_engine_datasets)\b/

/** A section without the comments that stand before the next one. */
const bodyOf = ({ text }: Section) => text.replace(/(\n(#.*)?)+$/, '\n')

const numbersIn = (toml: string) =>
  [...toml.matchAll(/^namespace_id\s*=\s*"(\d+)"/gm)].map(([, digits]) => Number(digits))

/** A section for the environment, with data of its own: nothing is shared with another one but the code. */
function copied(section: Section, environment: string, toml: string): string {
  const name = `${settingIn(toml, 'database_name')}-${environment}`
  return bodyOf(section)
    .replace(/^(\[+)/, `$1${prefixOf(environment)}.`)
    .replace(/^(database_name\s*=\s*)".*"/m, `$1"${name}"`)
    .replace(/^(database_id\s*=\s*)".*"/m, `$1"${zeroIds.database}"`)
    .replace(/^(id\s*=\s*)".*"/m, `$1"${zeroIds.namespace}"`)
    .replace(/^(namespace_id\s*=\s*)".*"/m, `$1"${Math.max(...numbersIn(toml)) + 1}"`)
    .replace(/^(dataset\s*=\s*")(.*)"/m, `$1$2_${environment.replaceAll('-', '_')}"`)
    .replace(/^ROOT_URL\s*=.*\n/m, '')
}

/** Nor does it take over the domain of the environment without a name. */
const ownAddress = (environment: string) => `[${prefixOf(environment)}]\nworkers_dev = true\nroutes = []\n`

/**
 * The file with all sections that an environment needs: those that it lacks are copied from the environment without a name, in
 * which a deployment without `--env` and local development are.
 */
export function withEnvironment(toml: string, environment: string): string {
  const sections = sectionsOf(toml)
  const present = new Set(sections.map(({ header }) => header))
  const missing = sections
    .filter(({ header }) => notInherited.test(header) && !present.has(`${prefixOf(environment)}.${header}`))
    .map((section) => copied(section, environment, toml))
  const own = present.has(prefixOf(environment)) ? [] : [ownAddress(environment)]
  const added = [...own, ...missing]
  return added.length === 0 ? toml : `${toml.trimEnd()}\n\n${added.join('\n')}`
}

/** The text with the key set: where it was, else behind the last one. */
function withKey(text: string, key: string, value: string): string {
  const line = `${key} = ${value}`
  const set = new RegExp(`^${key}\\s*=.*$`, 'm')
  if (set.test(text)) return text.replace(set, line)
  const lines = text.split('\n')
  const last = lines.findLastIndex((written) => /^(\[|[\w-]+\s*=)/.test(written))
  return lines.toSpliced(last + 1, 0, line).join('\n')
}

function changed(toml: string, header: string, change: (text: string) => string): string {
  const sections = sectionsOf(toml)
  if (!sections.some((section) => section.header === header)) throw new Error(`wrangler.toml has no [${header}]`)
  return joined(
    sections.map((section) => (section.header === header ? { ...section, text: change(section.text) } : section)),
  )
}

/** The file with the environment at a domain of its own, and at no other address. */
export function withDomain(toml: string, domain: string, environment = ''): string {
  const prefix = environment === '' ? '' : `${prefixOf(environment)}.`
  const routed = changed(toml, prefix.slice(0, -1), (text) =>
    withKey(withKey(text, 'routes', `[{ pattern = "${domain}", custom_domain = true }]`), 'workers_dev', 'false'),
  )
  return changed(routed, `${prefix}vars`, (text) => withKey(text, 'ROOT_URL', `"https://${domain}"`))
}
