import { describe, expect, it } from 'vitest'
import { knownNames } from '../../scripts/cli/doctor/variables.ts'
import { type Edit, type Plant, read, said } from './support/planted.ts'

const without =
  (heading: string, lines: number): Edit =>
  (text) => {
    const all = text.split('\n')
    const at = all.findIndex((line) => line.startsWith(heading))
    if (at < 0) throw new Error(`wrangler.toml has no ${heading}`)
    return all.filter((_, n) => n < at || n >= at + lines).join('\n')
  }
const replaced =
  (from: string | RegExp, to: string): Edit =>
  (text) => {
    if (text.replace(from, to) === text) throw new Error(`nothing to replace: ${from}`)
    return text.replace(from, to)
  }
const variable = (line: string): Edit => replaced('[vars]\n', `[vars]\n${line}\n`)
const line =
  (text: string): Edit =>
  (all) =>
    `${all}\n${text}\n`

const deployed = { url: 'https://users.example.org' }

describe('planted in the settings', () => {
  it.each<[check: string, plant: Plant, found: string | RegExp]>([
    [
      'Node',
      { site: { nodeVersion: '20.20.2' } },
      'error: Node 20.20.2 is older than 22.13 => npm ci brings one, which npm run rollcall takes',
    ],
    [
      'packages',
      { packages: replaced(/"hono": "[^"]+"/, '"hono": "1.0.0"') },
      /^error: hono 1\.0\.0 is wanted, and 4\.\S+ is installed => npm ci$/,
    ],
    [
      'binding DB',
      { toml: without('[[d1_databases]]', 5) },
      /^error: wrangler\.toml has no \[\[d1_databases\]\] with binding = "DB" => Add to wrangler\.toml:\n\[\[d1_databases\]\]\nbinding = "DB"/,
    ],
    [
      'binding SESSIONS',
      { toml: replaced('binding = "SESSIONS"', 'binding = "SESSION"') },
      /^error: wrangler\.toml has no \[\[kv_namespaces\]\] with binding = "SESSIONS" => /,
    ],
    [
      'binding ASSETS',
      { toml: replaced('binding = "ASSETS"\n', '') },
      /^error: wrangler\.toml has no \[assets\] with binding = "ASSETS" => /,
    ],
    [
      'binding GUESSES',
      { toml: replaced('name = "GUESSES"', 'name = "GUESS"') },
      /^warning: wrangler\.toml has no \[\[ratelimits\]\] with name = "GUESSES" => /,
    ],
    [
      'migrations folder',
      { toml: replaced('migrations_dir = "drizzle"', '') },
      'error: migrations_dir of DB is not "drizzle" => Write migrations_dir = "drizzle" in wrangler.toml',
    ],
    [
      'assets',
      { toml: replaced('directory = "public"', 'directory = "publik"') },
      /^error: \S+\/publik is not there => \[assets\] directory must be "public"$/,
    ],
    [
      'define WORKER',
      { toml: without('[define]', 2) },
      'warning: wrangler.toml does not define WORKER => Add to wrangler.toml:\n[define]\nWORKER = "true"',
    ],
    [
      'compatibility date',
      { toml: replaced(/compatibility_date = .*/, 'compatibility_date = "2999-01-01"') },
      /^error: compatibility_date 2999-01-01 is in the future: Cloudflare refuses it => /,
    ],
    [
      'compatibility date',
      { toml: replaced(/compatibility_date = .*/, 'compatibility_date = "2023-01-01"') },
      /^warning: compatibility_date 2023-01-01 is more than a year old/,
    ],
    [
      'compatibility date',
      { toml: replaced(/compatibility_date = .*/, '') },
      /^error: compatibility_date is missing => /,
    ],
    [
      'crons',
      { toml: replaced(/crons = .*/, 'crons = []') },
      'warning: wrangler.toml has no [triggers] crons => Add to wrangler.toml:\n[triggers]\ncrons = ["17 * * * *"]',
    ],
    [
      'observability',
      { toml: replaced('[observability]\nenabled = true', '[observability]\nenabled = false') },
      'warning: wrangler.toml does not keep logs => Add to wrangler.toml:\n[observability]\nenabled = true',
    ],
    [
      'observability',
      { toml: replaced('head_sampling_rate = 1', 'head_sampling_rate = 0') },
      /^warning: wrangler\.toml does not keep logs => /,
    ],
    [
      'observability',
      { toml: replaced('invocation_logs = false', '') },
      /^warning: Cloudflare's own lines are kept, and hold the codes of invitations and of new passwords => /,
    ],
    [
      'values',
      { toml: variable('PASSWORD_MIN_LENGTH = "many"') },
      'error: PASSWORD_MIN_LENGTH must be a whole number above 0 => Correct PASSWORD_MIN_LENGTH where it is set: [vars] in wrangler.toml, or .dev.vars',
    ],
    [
      'names',
      { toml: replaced('ADMIN_EMAIL', 'ADMIN_MAIL') },
      'error: Nothing reads ADMIN_MAIL: did you mean ADMIN_EMAIL? => Rename ADMIN_MAIL to ADMIN_EMAIL',
    ],
    [
      'names',
      { devVars: line('SOMETHING_ELSE=1') },
      'warning: Nothing reads SOMETHING_ELSE => Take SOMETHING_ELSE out; README.md lists every setting',
    ],
    [
      'secrets in wrangler.toml',
      { toml: variable('ADMIN_PASSWORD = "planted"') },
      'error: ADMIN_PASSWORD stands in wrangler.toml, where whoever has the repository reads it => Take it out, choose a new one, and: npx wrangler secret put ADMIN_PASSWORD',
    ],
    [
      'ROOT_URL',
      { toml: replaced('[define]', 'routes = [{ pattern = "a.example.org", custom_domain = true }]\n[define]') },
      'warning: ROOT_URL is not set, and the Worker has the domain a.example.org => Set ROOT_URL = "https://a.example.org" under [vars] in wrangler.toml, and deploy again',
    ],
    [
      'ROOT_URL',
      {
        toml: (text) =>
          variable('ROOT_URL = "https://b.example.org"')(
            replaced('[define]', 'route = { pattern = "a.example.org/*", zone_name = "example.org" }\n[define]')(text),
          ),
      },
      'error: ROOT_URL https://b.example.org is none of the Worker\'s domains: a.example.org => Set ROOT_URL = "https://a.example.org" under [vars] in wrangler.toml, and deploy again',
    ],
    [
      'ROOT_URL',
      { toml: variable('ROOT_URL = "users.example.org"') },
      /^error: ROOT_URL is no http or https address => /,
    ],
    [
      'ROOT_URL',
      { toml: variable('ROOT_URL = "http://users.example.org"') },
      /^error: ROOT_URL http:\/\/users\.example\.org is not encrypted: passwords pass in the open => Set ROOT_URL = "https:\/\/users\.example\.org"/,
    ],
    [
      'ROOT_URL',
      { toml: variable('ROOT_URL = "http://users.example.org"'), asked: { remote: true, persistTo: undefined } },
      /^error: ROOT_URL http:\/\/users\.example\.org is not encrypted: /,
    ],
    [
      'ROOT_URL',
      { toml: variable('ROOT_URL = "https://other.example.org"'), asked: deployed },
      /^warning: ROOT_URL https:\/\/other\.example\.org is not https:\/\/users\.example\.org: there, nobody can write by cookie => /,
    ],
    [
      'COOKIE_SECURE',
      { toml: variable('COOKIE_SECURE = "false"'), asked: deployed },
      'error: COOKIE_SECURE is false, though the address is https: browsers send the session in the open too => Take COOKIE_SECURE out: "auto" is right for either',
    ],
    [
      'COOKIE_SECURE',
      { toml: (text) => variable('COOKIE_SECURE = "true"\nROOT_URL = "http://users.example.org"')(text) },
      /^error: COOKIE_SECURE is true, though the address is http: browsers keep no session => /,
    ],
    [
      'CORS_ORIGINS',
      { toml: variable('CORS_ORIGINS = "https://a.example.org,http://b.example.org"') },
      /^warning: http:\/\/b\.example\.org is not encrypted: .* => Take http:\/\/b\.example\.org out of CORS_ORIGINS, or write it with https$/,
    ],
    [
      'CORS_ORIGINS',
      { toml: variable('CORS_ORIGINS = "http://localhost:3000"'), asked: deployed },
      /^warning: http:\/\/localhost:3000 is whatever runs on somebody's own machine => /,
    ],
    [
      'sign-up',
      { toml: variable('ALLOW_SIGN_UP = "true"') },
      /^warning: ALLOW_SIGN_UP is true and no mail can be sent: .* => Set MAIL_WEBHOOK_URL, or \[\[send_email\]\] and MAIL_FROM, or ALLOW_SIGN_UP = "false"$/,
    ],
    [
      'sign-up',
      { toml: variable('ALLOW_SIGN_UP = "true"'), devVars: line('MAIL_WEBHOOK_URL=') },
      /^warning: ALLOW_SIGN_UP is true and no mail can be sent: /,
    ],
    [
      'mail',
      { toml: line('[[send_email]]\nname = "EMAIL"') },
      /^error: \[\[send_email\]\] is there and MAIL_FROM is not: every mail fails => /,
    ],
    [
      'mail',
      { toml: variable('MAIL_FROM = "rollcall@example.org"') },
      /^warning: MAIL_FROM is set and nothing sends mail => /,
    ],
    [
      'mail',
      { devVars: line('MAIL_WEBHOOK_TOKEN=planted') },
      'warning: MAIL_WEBHOOK_TOKEN is set and MAIL_WEBHOOK_URL is not => npx wrangler secret put MAIL_WEBHOOK_URL',
    ],
    [
      'mail',
      { devVars: line('MAIL_WEBHOOK_URL=http://mail.example.org/') },
      /^error: MAIL_WEBHOOK_URL is not encrypted: .* => Give MAIL_WEBHOOK_URL an https address$/,
    ],
    [
      'PASSWORD_MIN_LENGTH',
      { asked: deployed },
      /^warning: Passwords of fewer than 8 bytes are taken => Set PASSWORD_MIN_LENGTH = "15"/,
    ],
    [
      'size',
      { asked: { remote: true }, site: { databaseSize: async () => 9.7e9 } },
      /^error: The database has 9\.7 GB of the 10 that D1 allows => Lower AUDIT_DAYS/,
    ],
  ])('%s', async (check, plant, found) => {
    expect(await said(check, plant)).toEqual([typeof found === 'string' ? found : expect.stringMatching(found)])
    const healthy = { asked: plant.asked ?? {}, site: check === 'size' ? { databaseSize: async () => 1e9 } : {} }
    if (check !== 'PASSWORD_MIN_LENGTH') expect(await said(check, healthy)).toEqual([])
  })

  it('several at once are all named', async () => {
    const toml = variable('COOKIE_SECURE = "maybe"\nSESSION_MAX_DAYS = "0"')
    expect((await said('values', { toml })).map((text) => text.split(' => ')[0])).toEqual([
      'error: COOKIE_SECURE must be one of auto, true, false',
      'error: SESSION_MAX_DAYS must be a whole number above 0',
    ])
    expect(await said('mail', { toml })).toEqual([
      expect.stringMatching(/^not checked: The Worker refuses its settings: COOKIE_SECURE/),
    ])
  })

  it('zeros for ids, where the deployment is meant', async () => {
    expect(await said('ids', { asked: { remote: true } })).toEqual([
      'error: The id of DB in wrangler.toml is still zeros => npm run deploy makes what is missing and fills it in',
      'error: The id of SESSIONS in wrangler.toml is still zeros => npm run deploy makes what is missing and fills it in',
    ])
    expect(await said('ids', {})).toEqual([])
  })

  it('knows the settings that the Worker reads', () => {
    const found = read('src/config.ts').matchAll(/\(variables, '([A-Z0-9_]+)'/g)
    expect([...knownNames].sort()).toEqual([...new Set([...found].map(([, name]) => name))].sort())
  })
})
