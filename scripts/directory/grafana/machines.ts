// Service accounts, and by what they and API keys sign in.

import type { Role } from '../../../src/auth/permissions.ts'
import type { Row } from '../records.ts'
import { brief, type Context, carried, distinctUid, maxText, quiet, readable, repeats, timesOf } from './context.ts'
import type { RowOf } from './file.ts'
import { isBadName, roleOf } from './orgs.ts'
import { uidOf } from './people.ts'
import { shapes } from './tables.ts'

/** What each service account is in its org, by its row in `org_user`. */
function rolesOfAccounts(context: Context): Map<number, Role> {
  const found = new Map<number, Role>()
  if (context.known.accounts.size === 0) return found
  for (const { user_id: id, org_id: orgId, role } of readable(quiet(context), shapes.orgUser)) {
    const known = context.known.accounts.get(id) === orgId ? roleOf(role) : undefined
    if (known) found.set(id, known)
  }
  return found
}

export function serviceAccounts(context: Context): Generator<Row<'serviceAccount'>> {
  const { known, names } = context
  const roles = rolesOfAccounts(context)
  const isRepeated = repeats()
  return carried(context, shapes.user, {
    isSkipped: () => true,
    label: ({ id, login, org_id: orgId }) => `service account ${id} (${brief(login)}) of org ${orgId}`,
    isIgnored: ({ id, is_service_account: isMachine }) => !isMachine || names.skipped.has(id),
    checks: ({ id, login, org_id: orgId }) => [
      [() => !known.orgs.has(orgId), 'a service account of no organization'],
      [
        () => isBadName(login) || isRepeated('login', orgId, login) || isRepeated('id', id),
        { stop: 'a service account twice, or without a login', advice: `--resolve ${id}=skip leaves it out` },
      ],
    ],
    make: (user, note) => {
      const { id, login } = user
      const role = roles.get(id)
      if (role === undefined) note('a service account without a role (will have None)')
      return {
        id,
        uid: distinctUid(uidOf(user.uid, 'u', id), id, isRepeated),
        orgId: user.org_id,
        name: (user.name || login).slice(0, maxText),
        login,
        role: role ?? 'None',
        isDisabled: user.is_disabled,
        ...timesOf(user),
      }
    },
  })
}

type GrafanaKey = RowOf<typeof shapes.apiKey>

const accountOf = (key: GrafanaKey) => key.service_account_id ?? 0

/** A key acts in an org with a role; a token is its service account's, and has whatever that has. */
function ownerOf(key: GrafanaKey): Pick<Row<'token'>, 'kind' | 'orgId' | 'serviceAccountId' | 'role'> {
  const serviceAccountId = accountOf(key)
  return serviceAccountId > 0
    ? { kind: 'service_account', serviceAccountId, orgId: null, role: null }
    : { kind: 'api_key', serviceAccountId: null, orgId: key.org_id, role: roleOf(key.role) ?? 'None' }
}

/** Only its hash is in the database: the Worker knows a token by it, and gives it one of its own at the first use. */
export function tokens(context: Context): Generator<Row<'token'>> {
  const { known, names, now } = context
  const isRepeated = repeats()
  const isKey = (key: GrafanaKey) => accountOf(key) === 0
  return carried(context, shapes.apiKey, {
    label: ({ id, name }) => `api_key ${id} (${brief(name)})`,
    isIgnored: (key) => names.skipped.has(accountOf(key)),
    checks: (key) => [
      [() => !isKey(key) && !known.accounts.has(accountOf(key)), 'a token of no service account'],
      [() => isKey(key) && !known.orgs.has(key.org_id), 'an API key of no organization'],
      [() => isKey(key) && roleOf(key.role) === undefined, 'an API key with a role that is none'],
      [() => !/^[0-9a-f]{100}$/i.test(key.key), "a key whose hash isn't Grafana's"],
      [() => isBadName(key.name), "a key with a name that can't be used"],
      [() => isRepeated('id', key.id) || isRepeated('hash', key.key.toLowerCase()), 'a key twice'],
      [() => isRepeated('name', isKey(key) ? key.org_id : -accountOf(key), key.name), 'a key twice'],
    ],
    make: (key, note) => {
      if (key.expires !== null && key.expires <= now) note('a key that has expired (is carried)')
      if (key.is_revoked) note('a key that was revoked (is carried)')
      return {
        id: key.id,
        name: key.name,
        ...ownerOf(key),
        hash: `grafana:${key.key.toLowerCase()}`,
        createdBy: null,
        createdAt: key.created ?? 0,
        expiresAt: key.expires,
        lastUsedAt: key.last_used_at ?? null,
        isRevoked: key.is_revoked ?? false,
      }
    },
  })
}
