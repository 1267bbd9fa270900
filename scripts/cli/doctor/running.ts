// What runs: this machine's tools, and the Worker where it is.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { ask, root } from '../../wrangler.ts'
import { isRecentNode, neededNode } from '../node.ts'
import { shown } from '../output.ts'
import { type Check, error, NotMade, type Problem, warning, when } from './check.ts'
import { configOf, isDeployed, type Site } from './site.ts'

type Package = { version?: string; dependencies?: Record<string, string>; devDependencies?: Record<string, string> }

function packageIn(folder: string): Package | undefined {
  const file = resolve(folder, 'package.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

function packages({ settings }: Site): Problem[] {
  const wanted = packageIn(dirname(settings.file))
  if (!wanted) throw new NotMade('there is no package.json beside wrangler.toml')
  return Object.entries({ ...wanted.dependencies, ...wanted.devDependencies }).flatMap(([name, version]) => {
    const installed = packageIn(`${root}node_modules/${name}`)?.version
    return when(installed !== version, () =>
      error(`${name} ${version} is wanted, and ${installed ?? 'none'} is installed`, 'npm ci'),
    )
  })
}

function signedIn(): Problem[] {
  const { output } = ask(['whoami', '--json'])
  const [, isSignedIn] = /"loggedIn": ?(true|false)/.exec(output) ?? []
  if (isSignedIn === undefined) throw new NotMade('wrangler could not ask Cloudflare')
  return when(isSignedIn === 'false', () =>
    error('wrangler is not signed in to Cloudflare', 'npx wrangler login, or export CLOUDFLARE_API_TOKEN'),
  )
}

const start = (site: Site) =>
  isDeployed(site) ? 'npm run deploy; is the address right?' : `npm run dev${portOf(site)}; is the address right?`
const portOf = ({ address }: Site) => (address?.port && address.port !== '8787' ? ` -- --port ${address.port}` : '')

/** The answer; `Problem`s where there is none and one was to be expected. */
async function answerOf(site: Site, path: string): Promise<Response | Problem[]> {
  const { address, isAddressSaid } = site
  const response = await site.fetch(path)
  if (response) return response
  if (!isAddressSaid) throw new NotMade(`nothing runs at ${address?.origin}: npm run dev, or say --url`)
  return [error(`Nothing answers at ${address?.origin}`, start(site))]
}

async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await response.json()
    return typeof body === 'object' && body !== null ? { ...body } : {}
  } catch {
    return {}
  }
}

const product = 'rollcall'

async function health(site: Site): Promise<Problem[]> {
  const response = await answerOf(site, '/api/health')
  if (Array.isArray(response)) return response
  const body = await jsonOf(response)
  const at = `${site.address?.origin}/api/health`
  const isOurs = String(body.commit).startsWith(product)
  if (response.ok && !isOurs) return [error(`${at} is not Rollcall's`, 'Is the address right? --url')]
  const advice = isDeployed(site) ? 'npx wrangler tail says why' : 'The terminal of npm run dev says why'
  return when(!response.ok || body.database !== 'ok', () =>
    error(`${at} answers ${response.status}: ${shown(body.message ?? 'no database')}`, advice),
  )
}

const again = (site: Site) => (isDeployed(site) ? 'npm run deploy, or git pull' : 'Stop npm run dev and start it again')

/** What /api/health says where it is Rollcall's; that it isn't is said once. */
async function saidBy(site: Site): Promise<Record<string, unknown>> {
  const response = await site.fetch('/api/health')
  const body = response?.ok ? await jsonOf(response) : {}
  if (!String(body.commit).startsWith(product)) throw new NotMade('the check "health" comes first')
  return body
}

async function version(site: Site): Promise<Problem[]> {
  const { commit } = await saidBy(site)
  const here = `${product}-${packageIn(root)?.version}`
  return when(commit !== here, () =>
    warning(`${site.address?.origin} runs ${shown(commit)}, and the code here is ${here}`, again(site)),
  )
}

async function told(site: Site): Promise<Problem[]> {
  const { grafanaVersion } = configOf(site)
  const { version } = await saidBy(site)
  return when(version !== grafanaVersion, () =>
    warning(
      `${site.address?.origin} says Grafana ${shown(version)}, and the settings here say ${grafanaVersion}`,
      again(site),
    ),
  )
}

/** Seconds that an answer may have been on its way. */
const tolerated = 10

async function clock(site: Site): Promise<Problem[]> {
  const response = await answerOf(site, '/healthz')
  if (Array.isArray(response)) return response
  const there = Date.parse(response.headers.get('Date') ?? '')
  if (Number.isNaN(there)) {
    if (isDeployed(site)) throw new NotMade('the answer has no Date')
    return [] // The Worker of npm run dev, which has no other clock than this machine's.
  }
  const seconds = Math.round(site.now - there / 1000)
  return when(Math.abs(seconds) > tolerated, () =>
    warning(
      `This machine's clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the Worker's`,
      'sudo timedatectl set-ntp true (Linux), or switch on setting the time by network',
    ),
  )
}

async function newest(site: Site): Promise<Problem[]> {
  const [{ at } = { at: 0 }] = await site.rows<{ at: number | null }>(
    'SELECT max(coalesce((SELECT max(at) FROM audit_log), 0), coalesce((SELECT max(seen_key) FROM users), 0)) AS at',
  )
  const ahead = (at ?? 0) - site.now
  return when(ahead > tolerated, () =>
    error(
      `The database has times of ${ahead} s from now`,
      'Set the clock of this machine, or of the one that wrote them; what expires, expires late until then',
    ),
  )
}

export const runningChecks: Check[] = [
  {
    name: 'Node',
    why: 'The commands read databases with node:sqlite.',
    run: ({ nodeVersion }) =>
      when(!isRecentNode(nodeVersion), () =>
        error(`Node ${nodeVersion} is older than ${neededNode}`, 'npm ci brings one, which npm run rollcall takes'),
      ),
  },
  { name: 'packages', why: 'The code was tested with exactly these.', run: packages },
  {
    name: 'wrangler',
    why: 'It reaches Cloudflare as whoever is signed in.',
    isNeeded: ({ where }) => where.remote === true,
    run: signedIn,
  },
  { name: 'health', why: 'It says that the Worker runs and has its database.', run: health },
  { name: 'version', why: 'What was changed here is not there before it is deployed.', run: version },
  { name: 'GRAFANA_VERSION', why: 'Clients decide by it what they send.', run: told },
  { name: 'clock', why: 'What the commands write into the database has the time of this machine.', run: clock },
  {
    name: 'newest times',
    why: 'Time in the database never runs backwards: one wrong clock moves it for everybody.',
    run: newest,
  },
]
