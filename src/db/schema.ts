import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'

// Times are whole seconds since 1970, as Grafana's answers show them. Triggers, virtual tables and two
// WITHOUT ROWID tables are in drizzle/0001_triggers.sql, which drizzle-kit can't express, nor that `roles` is one too.

/** True in the Worker that is built (wrangler.toml), which goes without indexes and checks: drizzle-kit writes migrations by them. */
declare const WORKER: true | undefined

const id = () => integer('id').primaryKey({ autoIncrement: true })
const flag = (name: string) => integer(name, { mode: 'boolean' }).notNull().default(false)
const words = (name: string) => text(name).notNull().default('')

/** `login_key` and `email_key` are NFC and lower case, written by the Worker: SQLite folds ASCII only. `org_id` 0 = member of no org. */
export const users = sqliteTable(
  'users',
  {
    id: id(),
    uid: text('uid').notNull().unique(),
    login: text('login').notNull(),
    email: text('email').notNull(),
    loginKey: text('login_key').notNull(),
    emailKey: text('email_key').notNull(),
    name: words('name'),
    theme: words('theme'),
    orgId: integer('org_id').notNull().default(0),
    isAdmin: flag('is_admin'),
    isDisabled: flag('is_disabled'),
    helpFlags: integer('help_flags').notNull().default(0),
    mustChangePassword: flag('must_change_password'),
    passwordHash: text('password_hash'),
    lastSeenAt: integer('last_seen_at'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    /** Who was never there comes before everybody, in comparisons too. */
    seenKey: integer('seen_key').generatedAlwaysAs(sql`ifnull(last_seen_at, 0)`, { mode: 'virtual' }),
  },
  (t) =>
    typeof WORKER === 'undefined'
      ? [
          uniqueIndex('users_by_login').on(t.login, t.id),
          index('users_admins').on(t.id).where(sql`is_admin = 1 AND is_disabled = 0`),
          // What a directory is sorted and filtered by: each of the first three costs a row written with a new account.
          index('users_by_last_seen').on(t.seenKey, t.login, t.id),
          index('users_by_email').on(t.email, t.id),
          index('users_by_name').on(t.name, t.login, t.id),
          index('users_by_admin').on(t.login, t.id).where(sql`is_admin = 1`),
          index('users_by_disabled').on(t.login, t.id).where(sql`is_disabled = 1`),
          check('users_have_names', sql`${t.loginKey} <> '' AND ${t.emailKey} <> ''`),
          check('users_password_not_empty', sql`${t.passwordHash} <> ''`),
        ]
      : [],
)

const userId = () =>
  integer('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' })

export const userAuth = sqliteTable(
  'user_auth',
  {
    id: id(),
    userId: userId(),
    module: text('module').notNull(),
    authId: words('auth_id'),
    createdAt: integer('created_at').notNull(),
  },
  (t) => (typeof WORKER === 'undefined' ? [index('user_auth_by_user').on(t.userId, t.id)] : []),
)

/** The right to be signed in: no row, no session. Only hashes; `legacy_hash` finds sessions carried over from Grafana. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: id(),
    userId: userId(),
    secretHash: text('secret_hash').notNull().unique(),
    legacyHash: text('legacy_hash').unique(),
    createdAt: integer('created_at').notNull(),
    seenAt: integer('seen_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) =>
    typeof WORKER === 'undefined'
      ? [index('sessions_of_user').on(t.userId, t.expiresAt), index('sessions_by_expiry').on(t.expiresAt)]
      : [],
)

export const orgs = sqliteTable(
  'orgs',
  {
    id: id(),
    name: text('name').notNull().unique(),
    address1: words('address1'),
    address2: words('address2'),
    city: words('city'),
    zipCode: words('zip_code'),
    state: words('state'),
    country: words('country'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => (typeof WORKER === 'undefined' ? [index('orgs_by_folded_name').on(sql`lower(${t.name})`)] : []),
)

const orgId = () =>
  integer('org_id')
    .notNull()
    .references(() => orgs.id, { onDelete: 'cascade' })

export const orgMembers = sqliteTable(
  'org_members',
  {
    orgId: orgId(),
    userId: userId(),
    role: text('role', { enum: ['None', 'Viewer', 'Editor', 'Admin'] }).notNull(),
    createdAt: integer('created_at').notNull(),
    /** The person's own, copied by triggers, so that an org lists its people in order by reading an index. */
    email: words('email'),
    login: words('login'),
  },
  (t) =>
    typeof WORKER === 'undefined'
      ? [
          primaryKey({ columns: [t.orgId, t.userId] }),
          index('org_members_in_order').on(t.orgId, t.email, t.login, t.userId),
          index('org_members_by_user').on(t.userId, t.orgId),
          index('org_members_admins').on(t.orgId, t.userId).where(sql`role = 'Admin'`),
          check('org_members_role', sql`${t.role} IN ('None', 'Viewer', 'Editor', 'Admin')`),
        ]
      : [],
)

export const teams = sqliteTable(
  'teams',
  {
    id: id(),
    uid: text('uid').notNull().unique(),
    orgId: orgId(),
    name: text('name').notNull(),
    email: words('email'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) =>
    typeof WORKER === 'undefined'
      ? [unique('teams_name').on(t.orgId, t.name), unique('teams_org').on(t.id, t.orgId)]
      : [],
)

/** Only a member of the team's own org can be on it: two composite keys hold that, and leaving the org leaves its teams. */
export const teamMembers = sqliteTable(
  'team_members',
  {
    teamId: integer('team_id').notNull(),
    orgId: integer('org_id').notNull(),
    userId: integer('user_id').notNull(),
    /** 0 = member, 4 = team admin (Grafana's permission numbers). */
    permission: integer('permission').notNull().default(0),
    createdAt: integer('created_at').notNull(),
    /** The team was given roles: kept by triggers, so that who is on many teams reads only those that matter. */
    hasRoles: flag('has_roles'),
  },
  (t) =>
    typeof WORKER === 'undefined'
      ? [
          primaryKey({ columns: [t.teamId, t.userId] }),
          foreignKey({ columns: [t.teamId, t.orgId], foreignColumns: [teams.id, teams.orgId] }).onDelete('cascade'),
          foreignKey({ columns: [t.orgId, t.userId], foreignColumns: [orgMembers.orgId, orgMembers.userId] }).onDelete(
            'cascade',
          ),
          index('team_members_by_user').on(t.userId, t.orgId),
          index('team_members_with_roles').on(t.userId, t.orgId, t.teamId).where(sql`has_roles = 1`),
          check('team_members_permission', sql`${t.permission} IN (0, 4)`),
        ]
      : [],
)

/** By the dashboard's number, which may be nobody's (Grafana 9.3.2): no foreign key, a trigger removes those of a deleted dashboard. */
export const stars = sqliteTable(
  'stars',
  { userId: userId(), dashboardId: integer('dashboard').notNull(), createdAt: integer('created_at').notNull() },
  (t) =>
    typeof WORKER === 'undefined'
      ? [primaryKey({ columns: [t.userId, t.dashboardId] }), index('stars_by_dashboard').on(t.dashboardId)]
      : [],
)

export const serviceAccounts = sqliteTable(
  'service_accounts',
  {
    id: id(),
    uid: text('uid').notNull().unique(),
    orgId: orgId(),
    name: text('name').notNull(),
    login: text('login').notNull(),
    role: text('role', { enum: ['None', 'Viewer', 'Editor', 'Admin'] }).notNull(),
    isDisabled: flag('is_disabled'),
    /** Server-wide permissions that a server admin gave, as `[action, scope][]` in JSON; null = none. */
    permissions: text('permissions'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) =>
    typeof WORKER === 'undefined'
      ? [unique('service_accounts_login').on(t.orgId, t.login), index('service_accounts_by_name').on(t.orgId, t.name)]
      : [],
)

/** Who may use or manage a service account: one person, one team or one basic role a row. */
export const serviceAccountPermissions = sqliteTable(
  'service_account_permissions',
  {
    id: id(),
    serviceAccountId: integer('service_account_id')
      .notNull()
      .references(() => serviceAccounts.id, { onDelete: 'cascade' }),
    userId: integer('user_id').references(() => users.id, { onDelete: 'cascade' }),
    teamId: integer('team_id').references(() => teams.id, { onDelete: 'cascade' }),
    permission: text('permission', { enum: ['Edit', 'Admin'] }).notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) =>
    typeof WORKER === 'undefined'
      ? [
          uniqueIndex('service_account_permissions_user').on(t.serviceAccountId, t.userId),
          uniqueIndex('service_account_permissions_team').on(t.serviceAccountId, t.teamId),
          index('service_account_permissions_by_user').on(t.userId),
          index('service_account_permissions_by_team').on(t.teamId),
          check('service_account_permissions_owner', sql`(user_id IS NULL) <> (team_id IS NULL)`),
        ]
      : [],
)

/**
 * Custom roles, and basic roles whose permissions were changed (fixed roles, and the basic ones as they come, are in
 * src/auth/roles.ts). `org_id` 0 = global, so that names are unique by a plain index; triggers stand in for the foreign
 * keys that 0 rules out. `permissions` is `[action, scope][]` in JSON: one row is a whole role.
 */
export const accessRoles = sqliteTable(
  'roles',
  {
    uid: text('uid').primaryKey(),
    orgId: integer('org_id').notNull(),
    name: text('name').notNull(),
    displayName: words('display_name'),
    description: words('description'),
    group: words('group_name'),
    isHidden: flag('is_hidden'),
    version: integer('version').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    permissions: text('permissions').notNull(),
  },
  (t) => (typeof WORKER === 'undefined' ? [unique('roles_name').on(t.orgId, t.name)] : []),
)

/** Who holds a role: a user, a service account, a team, or everybody of a basic role. `org_id` 0 = in every org. */
export const roleAssignments = sqliteTable(
  'role_assignments',
  {
    id: id(),
    roleUid: text('role_uid').notNull(),
    orgId: integer('org_id').notNull(),
    userId: integer('user_id').references(() => users.id, { onDelete: 'cascade' }),
    serviceAccountId: integer('service_account_id').references(() => serviceAccounts.id, { onDelete: 'cascade' }),
    teamId: integer('team_id').references(() => teams.id, { onDelete: 'cascade' }),
    /** 1 = Viewer, 2 = Editor, 3 = Admin, in one org; who has one has what those below it have. */
    basicRank: integer('basic_rank'),
    createdAt: integer('created_at').notNull(),
  },
  (t) =>
    typeof WORKER === 'undefined'
      ? [
          uniqueIndex('role_assignments_user').on(t.userId, t.orgId, t.roleUid).where(sql`user_id IS NOT NULL`),
          uniqueIndex('role_assignments_service_account')
            .on(t.serviceAccountId, t.orgId, t.roleUid)
            .where(sql`service_account_id IS NOT NULL`),
          uniqueIndex('role_assignments_team').on(t.teamId, t.orgId, t.roleUid).where(sql`team_id IS NOT NULL`),
          uniqueIndex('role_assignments_basic').on(t.orgId, t.basicRank, t.roleUid).where(sql`basic_rank IS NOT NULL`),
          index('role_assignments_by_role').on(t.roleUid, t.orgId),
          index('role_assignments_by_org').on(t.orgId),
          check(
            'role_assignments_owner',
            sql`(user_id IS NOT NULL) + (service_account_id IS NOT NULL) + (team_id IS NOT NULL) + (basic_rank IS NOT NULL) = 1`,
          ),
        ]
      : [],
)

/**
 * API keys, service-account tokens and personal access tokens; only hashes: SHA-256, or what Grafana stored until the
 * first use (src/auth/grafanaTokens.ts). `permissions` null = all of the owner's.
 */
export const tokens = sqliteTable(
  'tokens',
  {
    id: id(),
    kind: text('kind', { enum: ['api_key', 'service_account', 'personal'] }).notNull(),
    hash: text('hash').notNull().unique(),
    name: text('name').notNull(),
    orgId: integer('org_id').references(() => orgs.id, { onDelete: 'cascade' }),
    userId: integer('user_id').references(() => users.id, { onDelete: 'cascade' }),
    serviceAccountId: integer('service_account_id').references(() => serviceAccounts.id, { onDelete: 'cascade' }),
    role: text('role', { enum: ['None', 'Viewer', 'Editor', 'Admin'] }),
    permissions: text('permissions'),
    /** Whoever made it, which it never exceeds: a person, and the service account by whose token it was made. */
    createdBy: integer('created_by'),
    createdByAccount: integer('created_by_account'),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at'),
    lastUsedAt: integer('last_used_at'),
    isRevoked: flag('is_revoked'),
  },
  (t) =>
    typeof WORKER === 'undefined'
      ? [
          uniqueIndex('tokens_api_key_name').on(t.orgId, t.name).where(sql`kind = 'api_key'`),
          uniqueIndex('tokens_personal_name').on(t.userId, t.name).where(sql`kind = 'personal'`),
          uniqueIndex('tokens_service_account_name')
            .on(t.serviceAccountId, t.name)
            .where(sql`kind = 'service_account'`),
          // For deleting an owner: no index of one kind answers for all.
          index('tokens_by_expiry').on(t.expiresAt).where(sql`expires_at IS NOT NULL`),
          index('tokens_by_org').on(t.orgId).where(sql`org_id IS NOT NULL`),
          index('tokens_by_user').on(t.userId).where(sql`user_id IS NOT NULL`),
          index('tokens_by_service_account').on(t.serviceAccountId).where(sql`service_account_id IS NOT NULL`),
          check(
            'tokens_owner',
            sql`(kind = 'personal' AND user_id IS NOT NULL) OR (kind = 'service_account' AND service_account_id IS NOT NULL) OR (kind = 'api_key' AND org_id IS NOT NULL AND role IS NOT NULL)`,
          ),
        ]
      : [],
)

/** Failed sign-ins. `account` is the user's id, or the typed name in key form where no such user exists. */
export const loginAttempts = sqliteTable(
  'login_attempts',
  { id: id(), account: text('account').notNull(), address: text('address').notNull(), at: integer('at').notNull() },
  (t) =>
    typeof WORKER === 'undefined'
      ? [
          index('login_attempts_by_account').on(t.account, t.address, t.at),
          index('login_attempts_by_address').on(t.address, t.at),
          index('login_attempts_by_time').on(t.at),
        ]
      : [],
)

/**
 * Failed sign-ins since the last that succeeded, from anywhere: past a limit only addresses in `sign_in_addresses` may go
 * on trying. `account` as in `login_attempts`.
 */
export const accountFailures = sqliteTable(
  'account_failures',
  { account: text('account').primaryKey(), n: integer('n').notNull(), at: integer('at').notNull() },
  (t) => (typeof WORKER === 'undefined' ? [index('account_failures_by_time').on(t.at)] : []),
)

/** From where somebody has signed in by password, and when last. */
export const signInAddresses = sqliteTable(
  'sign_in_addresses',
  { userId: userId(), address: text('address').notNull(), at: integer('at').notNull() },
  (t) =>
    typeof WORKER === 'undefined'
      ? [primaryKey({ columns: [t.userId, t.address] }), index('sign_in_addresses_by_time').on(t.at)]
      : [],
)

/**
 * Who did what to whom. Names without foreign keys, as a row outlives what it tells of: `actor` is `user:7`,
 * `serviceaccount:3`, `apikey:5` or empty for a stranger; `target` a scope; `outcome` the answer's status.
 */
export const auditLog = sqliteTable(
  'audit_log',
  {
    id: id(),
    at: integer('at').notNull(),
    actor: text('actor').notNull(),
    login: words('login'),
    credential: words('credential'),
    action: text('action').notNull(),
    target: words('target'),
    orgId: integer('org_id').notNull().default(0),
    address: words('address'),
    outcome: integer('outcome').notNull(),
    requestId: words('request_id'),
  },
  (t) =>
    typeof WORKER === 'undefined'
      ? [
          index('audit_log_by_time').on(t.at),
          index('audit_log_by_actor').on(t.actor, t.id),
          index('audit_log_by_action').on(t.action, t.id),
          index('audit_log_by_target').on(t.target, t.id),
        ]
      : [],
)

/** Of a user, of a team, or (both null) of the org; at most one each, by an expression index in drizzle/0001_triggers.sql. */
export const preferences = sqliteTable(
  'preferences',
  {
    id: id(),
    orgId: orgId(),
    userId: integer('user_id').references(() => users.id, { onDelete: 'cascade' }),
    teamId: integer('team_id').references(() => teams.id, { onDelete: 'cascade' }),
    theme: words('theme'),
    timezone: words('timezone'),
    weekStart: words('week_start'),
    locale: words('locale'),
    homeDashboardId: integer('home_dashboard_id').notNull().default(0),
    homeDashboardUid: words('home_dashboard_uid'),
    navbar: text('navbar'),
    queryHistory: text('query_history'),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) =>
    typeof WORKER === 'undefined'
      ? [
          index('preferences_by_user').on(t.userId).where(sql`user_id IS NOT NULL`),
          index('preferences_by_team').on(t.teamId).where(sql`team_id IS NOT NULL`),
        ]
      : [],
)

/** Into an org (org_id set), or a sign-up under way. Only the hash of the code; `email` is what the code is bound to. */
export const invites = sqliteTable(
  'invites',
  {
    id: id(),
    orgId: integer('org_id').references(() => orgs.id, { onDelete: 'cascade' }),
    email: text('email').notNull(),
    name: words('name'),
    role: text('role', { enum: ['None', 'Viewer', 'Editor', 'Admin'] }).notNull(),
    status: text('status', { enum: ['InvitePending', 'SignUpStarted', 'Revoked', 'Completed'] }).notNull(),
    codeHash: text('code_hash').notNull().unique(),
    /** Who answers for it: a person, and the service account by whose token they sent it. */
    invitedBy: integer('invited_by').references(() => users.id, { onDelete: 'set null' }),
    invitedByAccount: integer('invited_by_account'),
    isEmailSent: flag('is_email_sent'),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) =>
    typeof WORKER === 'undefined'
      ? [
          index('invites_by_org').on(t.orgId, t.status, t.id),
          index('invites_by_email').on(t.email),
          index('invites_by_expiry').on(t.expiresAt),
          index('invites_by_inviter').on(t.invitedBy).where(sql`invited_by IS NOT NULL`),
          index('invites_by_account').on(t.invitedByAccount).where(sql`invited_by_account IS NOT NULL`),
        ]
      : [],
)

/** A password reset under way, one a person. Only the hash of the code. */
export const passwordResets = sqliteTable(
  'password_resets',
  {
    userId: integer('user_id')
      .primaryKey()
      .references(() => users.id, { onDelete: 'cascade' }),
    codeHash: text('code_hash').notNull().unique(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => (typeof WORKER === 'undefined' ? [index('password_resets_by_expiry').on(t.expiresAt)] : []),
)

/** Only a target of stars and home dashboards: `model` is the JSON that came. */
export const dashboards = sqliteTable(
  'dashboards',
  {
    id: id(),
    uid: text('uid').notNull(),
    orgId: orgId(),
    title: text('title').notNull(),
    slug: text('slug').notNull(),
    /** Those of the model as a JSON list, so that a search need not read models; it stands before them for the same reason. */
    tags: text('tags').notNull().default('[]'),
    version: integer('version').notNull().default(1),
    createdBy: integer('created_by'),
    updatedBy: integer('updated_by'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    model: text('model').notNull(),
  },
  (t) =>
    typeof WORKER === 'undefined'
      ? [unique('dashboards_uid').on(t.orgId, t.uid), unique('dashboards_title').on(t.orgId, t.title)]
      : [],
)

/** A limit of one's own instead of the default; -1 = none. Exactly one owner. */
export const quotas = sqliteTable(
  'quotas',
  {
    id: id(),
    orgId: integer('org_id').references(() => orgs.id, { onDelete: 'cascade' }),
    userId: integer('user_id').references(() => users.id, { onDelete: 'cascade' }),
    target: text('target').notNull(),
    limit: integer('limit').notNull(),
  },
  (t) =>
    typeof WORKER === 'undefined'
      ? [
          uniqueIndex('quotas_org').on(t.orgId, t.target),
          uniqueIndex('quotas_user').on(t.userId, t.target),
          check('quotas_owner', sql`(org_id IS NULL) <> (user_id IS NULL)`),
        ]
      : [],
)
