// Whether the settings are what the Worker takes, and what somebody meant.

import { readConfig } from '../../../src/config.ts'
import { messageOf } from '../../failure.ts'
import { isThisMachine } from '../api.ts'
import { type Check, error, type Problem, warning, when } from './check.ts'
import { configOf, hostsOf, isDeployed, type Site } from './site.ts'

/** Those that src/config.ts reads; a test holds this list to it. */
export const knownNames = [
  'ADMIN_EMAIL',
  'ADMIN_PASSWORD',
  'ADMIN_USER',
  'ALLOW_SIGN_UP',
  'AUDIT_DAYS',
  'AUTO_ASSIGN_ORG',
  'BREACHED_PASSWORDS_URL',
  'COOKIE_NAME',
  'COOKIE_SECURE',
  'CORS_ORIGINS',
  'D1_READS',
  'GRAFANA_SECRET_KEY',
  'GRAFANA_VERSION',
  'INVITE_DAYS',
  'LOGIN_MAX_ATTEMPTS',
  'LOG_REQUESTS',
  'MAIL_FROM',
  'MAIL_WEBHOOK_TOKEN',
  'MAIL_WEBHOOK_URL',
  'PASSWORD_MIN_LENGTH',
  'PASSWORD_SCHEME',
  'QUOTA_ENABLED',
  'QUOTA_ORG_DASHBOARD',
  'QUOTA_ORG_USER',
  'QUOTA_USER_ORG',
  'ROOT_URL',
  'SESSION_IDLE_DAYS',
  'SESSION_MAX_DAYS',
]

/** Letters to add, leave out or change to make one of the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries()) {
      const changed = (row[j] ?? 0) + Number(letter !== other)
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** The known name that was likely meant: at most three letters away. */
function meant(name: string): string | undefined {
  const asked = name.toUpperCase().replaceAll('-', '_')
  const [nearest] = knownNames
    .map((known) => ({ known, letters: distance(asked, known) }))
    .sort((a, b) => a.letters - b.letters)
  return nearest && nearest.letters <= 3 ? nearest.known : undefined
}

function unknownName(name: string): Problem {
  const known = meant(name)
  if (known) return error(`Nothing reads ${name}: did you mean ${known}?`, `Rename ${name} to ${known}`)
  return warning(`Nothing reads ${name}`, `Take ${name} out; README.md lists every setting`)
}

/** The Worker names the first that it refuses: without that one, it names the next. */
function refusedValues({ variables }: Site): Problem[] {
  const left = { ...variables }
  const problems: Problem[] = []
  for (;;) {
    try {
      readConfig({ ...left })
      return problems
    } catch (refusal) {
      const message = messageOf(refusal)
      const [name = ''] = /^\w+/.exec(message) ?? []
      problems.push(error(message, `Correct ${name} where it is set: [vars] in wrangler.toml, or .dev.vars`))
      if (!(name in left)) return problems
      delete left[name]
    }
  }
}

const secretNames = ['ADMIN_PASSWORD', 'GRAFANA_SECRET_KEY', 'MAIL_WEBHOOK_TOKEN']

const secretInFile = (name: string) =>
  error(
    `${name} stands in wrangler.toml, where whoever has the repository reads it`,
    `Take it out, choose a new one, and: npx wrangler secret put ${name}`,
  )

const isOpen = (url: URL) => url.protocol === 'http:' && !isThisMachine(url)

function rootUrl(site: Site): Problem[] {
  const { settings, address, isAddressSaid } = site
  const text = configOf(site).rootUrl
  const hosts = hostsOf(settings.toml)
  const fix = (url: string) => `Set ROOT_URL = "${url}" under [vars] in wrangler.toml, and deploy again`
  if (text === undefined) {
    return when(hosts[0], () =>
      warning(`ROOT_URL is not set, and the Worker has the domain ${hosts[0]}`, fix(`https://${hosts[0]}`)),
    )
  }
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol))
    return [error('ROOT_URL is no http or https address', fix('https://users.example.org'))]
  const other = isAddressSaid && address && address.host !== url.host ? address : undefined
  return [
    ...when(isOpen(url), () =>
      error(`ROOT_URL ${text} is not encrypted: passwords pass in the open`, fix(`https://${url.host}`)),
    ),
    ...when(isDeployed(site) && isThisMachine(url), () =>
      error(
        `ROOT_URL ${text} is this machine: links in mail lead nowhere`,
        fix(`https://${hosts[0] ?? address?.host ?? 'users.example.org'}`),
      ),
    ),
    ...when(hosts.length > 0 && !hosts.includes(url.hostname), () =>
      error(`ROOT_URL ${text} is none of the Worker's domains: ${hosts.join(', ')}`, fix(`https://${hosts[0]}`)),
    ),
    ...when(other, () =>
      warning(`ROOT_URL ${text} is not ${other?.origin}: there, nobody can write by cookie`, fix(`${other?.origin}`)),
    ),
  ]
}

function cookies(site: Site): Problem[] {
  const { cookieSecure, rootUrl } = configOf(site)
  const base = rootUrl && URL.canParse(rootUrl) ? new URL(rootUrl) : site.address
  const isEncrypted = base?.protocol === 'https:'
  const auto = 'Take COOKIE_SECURE out: "auto" is right for either'
  return [
    ...when(cookieSecure === false && isEncrypted, () =>
      error('COOKIE_SECURE is false, though the address is https: browsers send the session in the open too', auto),
    ),
    ...when(cookieSecure === true && base && isOpen(base), () =>
      error('COOKIE_SECURE is true, though the address is http: browsers keep no session', auto),
    ),
  ]
}

function origins(site: Site): Problem[] {
  return configOf(site).corsOrigins.flatMap((origin) => {
    const url = new URL(origin)
    const advice = `Take ${origin} out of CORS_ORIGINS, or write it with https`
    return [
      ...when(isOpen(url), () =>
        warning(
          `${origin} is not encrypted: whoever is on the way to it can write its page, and use the API by it`,
          advice,
        ),
      ),
      ...when(isDeployed(site) && isThisMachine(url), () =>
        warning(`${origin} is whatever runs on somebody's own machine`, advice),
      ),
    ]
  })
}

const postboxes = ({ settings: { toml } }: Site) => toml.send_email.map(({ name }) => name)

/** Names alone: where the deployment is meant, nobody can read what a secret is. */
async function hasWebhook(site: Site): Promise<boolean> {
  return configOf(site).mailWebhookUrl !== undefined || (await site.secretNames()).has('MAIL_WEBHOOK_URL')
}

async function signUp(site: Site): Promise<Problem[]> {
  if (!configOf(site).allowSignUp) return []
  const canMail = postboxes(site).includes('EMAIL') || (await hasWebhook(site))
  return when(!canMail, () =>
    warning(
      "ALLOW_SIGN_UP is true and no mail can be sent: whoever signs up may give anybody's e-mail as theirs",
      'Set MAIL_WEBHOOK_URL, or [[send_email]] and MAIL_FROM, or ALLOW_SIGN_UP = "false"',
    ),
  )
}

async function mail(site: Site): Promise<Problem[]> {
  const { mailFrom, mailWebhookUrl, mailWebhookToken } = configOf(site)
  const names = postboxes(site)
  const webhook = await hasWebhook(site)
  const postbox = names.includes('EMAIL')
  return [
    ...when(postbox && !webhook && !mailFrom, () =>
      error(
        '[[send_email]] is there and MAIL_FROM is not: every mail fails',
        'Set MAIL_FROM = "rollcall@example.org" under [vars] in wrangler.toml',
      ),
    ),
    ...names
      .filter((name) => name !== 'EMAIL')
      .map((name) => warning(`Nothing sends mail by [[send_email]] name = "${name}"`, 'Name it EMAIL')),
    ...when(mailFrom && !postbox && !webhook, () =>
      warning(
        'MAIL_FROM is set and nothing sends mail',
        'Add to wrangler.toml:\n[[send_email]]\nname = "EMAIL"\nor: npx wrangler secret put MAIL_WEBHOOK_URL',
      ),
    ),
    ...when(mailWebhookToken && !webhook, () =>
      warning('MAIL_WEBHOOK_TOKEN is set and MAIL_WEBHOOK_URL is not', 'npx wrangler secret put MAIL_WEBHOOK_URL'),
    ),
    ...when(mailWebhookUrl && isOpen(new URL(mailWebhookUrl)), () =>
      error(
        'MAIL_WEBHOOK_URL is not encrypted: codes to reset passwords pass in the open',
        'Give MAIL_WEBHOOK_URL an https address',
      ),
    ),
  ]
}

export const variableChecks: Check[] = [
  {
    name: 'values',
    why: 'The Worker answers every request with 500 while it refuses one of its settings.',
    run: refusedValues,
  },
  {
    name: 'names',
    why: 'A setting that nothing reads does nothing, and says nothing either.',
    run: ({ variables }) =>
      Object.keys(variables)
        .filter((name) => !knownNames.includes(name))
        .map(unknownName),
  },
  {
    name: 'secrets in wrangler.toml',
    why: 'The file is committed, and what is in it is no secret.',
    run: ({ settings }) => secretNames.filter((name) => name in settings.vars).map(secretInFile),
  },
  {
    name: 'ROOT_URL',
    why: 'It is in links that are mailed, and the one origin that may write by cookie.',
    run: rootUrl,
  },
  { name: 'COOKIE_SECURE', why: "A session that is sent unencrypted is anybody's on the way.", run: cookies },
  { name: 'CORS_ORIGINS', why: 'A page from there may use the API as whoever looks at it.', run: origins },
  { name: 'sign-up', why: 'An e-mail is confirmed only where mail can be sent.', run: signUp },
  {
    name: 'mail',
    why: 'Without mail nobody resets a password by themselves, and invitations are links to pass on.',
    run: mail,
  },
]
