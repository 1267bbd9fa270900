import type { Config } from '../config.ts'
import { day, rfc3339 } from '../time.ts'
import { commit } from '../version.ts'
import { daysShown, type Figures, type Stats } from './queries.ts'

/** What Rollcall hasn't is none. */
export const serverStats = (stats: Stats) => ({
  orgs: stats.orgs,
  dashboards: stats.dashboards,
  snapshots: 0,
  tags: 0,
  datasources: 0,
  playlists: 0,
  stars: stats.stars,
  alerts: 0,
  users: stats.users,
  admins: stats.admins,
  editors: stats.editors,
  viewers: stats.viewers,
  activeUsers: stats.activeUsers,
  activeAdmins: stats.activeAdmins,
  activeEditors: stats.activeEditors,
  activeViewers: stats.activeViewers,
  activeSessions: stats.activeSessions,
  dailyActiveUsers: stats.dailyActiveUsers,
  dailyActiveAdmins: stats.dailyActiveAdmins,
  dailyActiveEditors: stats.dailyActiveEditors,
  dailyActiveViewers: stats.dailyActiveViewers,
  dailyActiveSessions: stats.dailyActiveSessions,
  monthlyActiveUsers: stats.activeUsers,
})

const dateOf = (dayNumber: number) => rfc3339(dayNumber * day).slice(0, 10)

const signInsOf = ({ today, succeeded, failed }: Figures) =>
  Array.from({ length: daysShown }, (_, n) => today - daysShown + 1 + n).map((dayNumber) => ({
    day: dateOf(dayNumber),
    succeeded: succeeded[dayNumber] ?? 0,
    failed: failed[dayNumber] ?? 0,
  }))

/** Rollcall's own. */
export const serverOverview = (figures: Figures) => ({
  users: figures.users,
  orgs: figures.orgs,
  activeLast30Days: figures.activeLast30Days,
  neverSeen: figures.neverSeen,
  liveSessions: figures.liveSessions,
  liveSessionsAtLeast: figures.areSessionsCut,
  signIns: signInsOf(figures),
  firstSteps: {
    hasOrganizations: figures.orgs > 1 || figures.hasMainOrg === 0,
    hasUsers: figures.users > 1,
    hasTokens: figures.hasTokens === 1,
  },
})

const secret = (value: string | undefined) => (value === undefined ? '' : '*********')
const days = (seconds: number) => `${seconds / day}d`

const quotaSettings = ({ quotas }: Config) => ({
  enabled: String(quotas !== undefined),
  org_user: String(quotas?.membersOfOrg ?? -1),
  org_dashboard: String(quotas?.dashboardsOfOrg ?? -1),
  user_org: String(quotas?.orgsOfUser ?? -1),
})

/** Under Grafana's names where it has the same, section by section; every value is a text, and a secret is never shown. */
const allSettings = (config: Config): Record<string, Record<string, string>> => ({
  DEFAULT: { app_mode: 'production' },
  auth: {
    login_cookie_name: config.cookieName,
    login_maximum_inactive_lifetime_duration: days(config.sessionIdleSeconds),
    login_maximum_lifetime_duration: days(config.sessionMaxSeconds),
  },
  database: { type: 'd1' },
  mail: {
    from: config.mailFrom ?? '',
    webhook_token: secret(config.mailWebhookToken),
    webhook_url: secret(config.mailWebhookUrl),
  },
  quota: quotaSettings(config),
  security: {
    admin_email: config.firstAdmin.email,
    admin_password: secret(config.firstAdmin.password),
    admin_user: config.firstAdmin.login,
    cookie_secure: String(config.cookieSecure ?? 'auto'),
    login_max_attempts: String(config.loginMaxAttempts),
    password_min_length: String(config.passwordMinLength),
    password_scheme: config.passwordScheme,
    secret_key: secret(config.grafanaSecretKey),
  },
  server: { root_url: config.rootUrl ?? '' },
  users: {
    allow_sign_up: String(config.allowSignUp),
    auto_assign_org: String(config.autoAssignOrg),
    user_invite_max_lifetime_duration: days(config.inviteSeconds),
  },
})

/** Without what isn't `shown`, nor sections that this leaves empty. */
export const settings = (config: Config, shown: (section: string, key: string) => boolean) =>
  Object.fromEntries(
    Object.entries(allSettings(config)).flatMap(([section, values]) => {
      const kept = Object.entries(values).filter(([key]) => shown(section, key))
      return kept.length > 0 ? [[section, Object.fromEntries(kept)] as const] : []
    }),
  )

/** Of Grafana's many settings those that clients read. `appUrl` ends in a slash, as there. */
export const frontendSettings = ({ grafanaVersion, allowSignUp, autoAssignOrg }: Config, appUrl: string) => ({
  allowOrgCreate: true,
  appSubUrl: '',
  appUrl,
  authProxyEnabled: false,
  autoAssignOrg,
  buildInfo: {
    buildstamp: 0,
    commit,
    edition: 'Open Source',
    env: 'production',
    hasUpdate: false,
    hideVersion: false,
    latestVersion: '',
    version: grafanaVersion,
  },
  datasources: {},
  defaultDatasource: '',
  disableLoginForm: false,
  disableUserSignUp: !allowSignUp,
  featureToggles: {},
  ldapEnabled: false,
  panels: {},
})
