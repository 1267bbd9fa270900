import {
  array,
  boolean,
  integer,
  length,
  literal,
  metadata,
  minValue,
  never,
  number,
  pipe,
  record,
  regex,
  strictObject,
  string,
} from 'valibot'
import { answer, anySignedIn, commit, count, get, requires, requiresSome, type Slice } from '../docs.ts'

const bounded = pipe(number(), integer(), minValue(0), metadata({ description: 'Counted among 10000 at most' }))

const counts = {
  orgs: 4,
  dashboards: 3,
  snapshots: 0,
  tags: 0,
  datasources: 0,
  playlists: 0,
  stars: 2,
  alerts: 0,
  users: 26,
  admins: 1,
  editors: 2,
  viewers: 23,
  activeUsers: 12,
  activeAdmins: 1,
  activeEditors: 1,
  activeViewers: 10,
  activeSessions: 16,
  dailyActiveUsers: 12,
  dailyActiveAdmins: 1,
  dailyActiveEditors: 1,
  dailyActiveViewers: 10,
  dailyActiveSessions: 15,
  monthlyActiveUsers: 12,
}

const Stats = strictObject({
  orgs: count,
  dashboards: bounded,
  snapshots: literal(0),
  tags: literal(0),
  datasources: literal(0),
  playlists: literal(0),
  stars: bounded,
  alerts: literal(0),
  users: count,
  admins: bounded,
  editors: bounded,
  viewers: bounded,
  activeUsers: bounded,
  activeAdmins: bounded,
  activeEditors: bounded,
  activeViewers: bounded,
  activeSessions: bounded,
  dailyActiveUsers: bounded,
  dailyActiveAdmins: bounded,
  dailyActiveEditors: bounded,
  dailyActiveViewers: bounded,
  dailyActiveSessions: bounded,
  monthlyActiveUsers: bounded,
})

const date = pipe(string(), regex(/^\d{4}-\d\d-\d\d$/), metadata({ format: 'date', description: 'A day in UTC' }))

const Overview = strictObject({
  users: count,
  orgs: count,
  activeLast30Days: pipe(
    count,
    metadata({ description: 'Users last seen today or on one of the 29 days before, in UTC' }),
  ),
  neverSeen: pipe(count, metadata({ description: 'Users who were never there' })),
  liveSessions: pipe(bounded, metadata({ description: 'Sessions that a request could still use' })),
  liveSessionsAtLeast: pipe(
    boolean(),
    metadata({ description: 'Whether there may be more: only the 10000 sessions that end last are looked at' }),
  ),
  signIns: pipe(
    array(
      strictObject({
        day: date,
        succeeded: pipe(
          count,
          metadata({ description: "Sessions opened: by signing in, by signing up, by changing one's own password" }),
        ),
        failed: pipe(
          count,
          metadata({
            description:
              'Passwords that were wrong, wherever one was given; not what was refused unseen for too many of them',
          }),
        ),
      }),
    ),
    length(30),
    metadata({ description: 'The last 30 days, today the last' }),
  ),
  firstSteps: pipe(
    strictObject({ hasOrganizations: boolean(), hasUsers: boolean(), hasTokens: boolean() }),
    metadata({
      description:
        'What a new installation has by now: an organization of its own making (or `Main Org.` by another name), a second user, a token of any kind',
    }),
  ),
})

const overview = {
  users: 26,
  orgs: 4,
  activeLast30Days: 12,
  neverSeen: 9,
  liveSessions: 16,
  liveSessionsAtLeast: false,
  signIns: Array.from({ length: 30 }, (_, n) => ({
    day: new Date(Date.UTC(2026, 9, 28 + n)).toISOString().slice(0, 10),
    succeeded: (n * 7) % 11,
    failed: n % 10 === 3 ? 4 : 0,
  })),
  firstSteps: { hasOrganizations: true, hasUsers: true, hasTokens: true },
}

const FrontendSettings = strictObject({
  allowOrgCreate: boolean(),
  appSubUrl: literal(''),
  appUrl: pipe(string(), regex(/\/$/)),
  authProxyEnabled: literal(false),
  autoAssignOrg: boolean(),
  buildInfo: strictObject({
    buildstamp: literal(0),
    commit,
    edition: string(),
    env: literal('production'),
    hasUpdate: literal(false),
    hideVersion: literal(false),
    latestVersion: literal(''),
    version: pipe(string(), regex(/^\d+\.\d+\.\d+/)),
  }),
  datasources: strictObject({}),
  defaultDatasource: literal(''),
  disableLoginForm: literal(false),
  disableUserSignUp: boolean(),
  featureToggles: strictObject({}),
  ldapEnabled: literal(false),
  panels: strictObject({}),
})

const frontend = {
  allowOrgCreate: true,
  appSubUrl: '',
  appUrl: 'https://rollcall.example.org/',
  authProxyEnabled: false,
  autoAssignOrg: true,
  buildInfo: {
    buildstamp: 0,
    commit: 'rollcall-0.1.0',
    edition: 'Open Source',
    env: 'production',
    hasUpdate: false,
    hideVersion: false,
    latestVersion: '',
    version: '9.3.2',
  },
  datasources: {},
  defaultDatasource: '',
  disableLoginForm: false,
  disableUserSignUp: true,
  featureToggles: {},
  ldapEnabled: false,
  panels: {},
}

export const server: Slice = {
  tag: 'Server',
  description: 'Statistics and settings of the instance, and what clients ask before they start.',
  schemas: { Stats, Overview, FrontendSettings },
  operations: [
    get('/api/admin/stats', requires('server.stats:read', ''), {
      id: 'getStats',
      summary: 'How much there is of what',
      description:
        'Users and orgs are exact; by role and activity only the first 10000 people are looked at, so that those figures are a lower bound in a larger directory.',
      answers: { 200: answer('The figures', Stats, counts) },
    }),
    get('/api/admin/overview', requires('server.stats:read', ''), {
      id: 'getOverview',
      summary: 'Who is there, and how sign-ins went',
      description:
        "Rollcall's own, for the page `/`: counted as it happens, so that it costs the same in a directory of any size. Signing in by HTTP Basic opens no session and is counted only where the password is wrong. Days before an installation counted them are zero.",
      answers: { 200: answer('The figures', Overview, overview) },
    }),
    get('/api/admin/settings', requiresSome('settings:read'), {
      id: 'getSettings',
      summary: 'How the instance is configured',
      description:
        'Section by section, every value a text. A secret is nine asterisks where there is one. Each caller sees what it holds `settings:read` on: all on `settings:*`, a section on `settings:auth:*`, one of its settings on `settings:auth:login_cookie_name`.',
      answers: {
        200: answer('The settings', record(string(), record(string(), string())), {
          security: { admin_user: 'admin', admin_password: '*********' },
          quota: { enabled: 'false', org_user: '-1' },
        }),
      },
    }),
    get('/api/frontend/settings', anySignedIn('says only what is no secret'), {
      id: 'getFrontendSettings',
      summary: 'Which version this is',
      description: "Of Grafana's many settings those that clients read.",
      answers: { 200: answer('The settings', FrontendSettings, frontend) },
    }),
    get('/api/datasources', anySignedIn('there are none'), {
      id: 'listDatasources',
      summary: 'No data sources',
      answers: { 200: answer('Always empty', array(never()), []) },
    }),
  ],
}
