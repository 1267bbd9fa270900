import { md5 } from '@noble/hashes/legacy.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { User } from '../auth/identity.ts'
import type { Metadata } from '../auth/metadata.ts'
import { age, rfc3339, shownLastSeen } from '../time.ts'

/** Gravatar's name for a picture: MD5 of the lower-cased e-mail, untrimmed (Grafana 9.3.2). Only a string, nothing is fetched. */
export const avatarUrl = (email: string) =>
  email === '' ? '' : `/avatar/${bytesToHex(md5(utf8ToBytes(email.toLowerCase())))}`

/** What Grafana calls the ways to sign in from elsewhere; any other is OAuth to it. */
const labels = new Map(
  Object.entries({
    '': 'LDAP',
    ldap: 'LDAP',
    authproxy: 'Auth Proxy',
    jwt: 'JWT',
    'auth.saml': 'SAML',
    oauth_github: 'GitHub',
    oauth_gitlab: 'GitLab',
    oauth_google: 'Google',
    oauth_grafana_com: 'grafana.com',
    oauth_azuread: 'AzureAD',
  }),
)

export const authLabels = (module: string | null): string[] => (module === null ? [] : [labels.get(module) ?? 'OAuth'])

/** Without an active org Grafana leaves `orgId` out; `accessControl` is there where it was asked for. */
export const profile = (user: User, accessControl?: Metadata) => ({
  id: user.id,
  email: user.email,
  name: user.name,
  login: user.login,
  theme: user.theme,
  ...(user.orgId === 0 ? {} : { orgId: user.orgId }),
  isGrafanaAdmin: user.isAdmin,
  isDisabled: user.isDisabled,
  isExternal: user.authModule !== null,
  authLabels: authLabels(user.authModule),
  updatedAt: rfc3339(user.updatedAt),
  createdAt: rfc3339(user.createdAt),
  avatarUrl: avatarUrl(user.email),
  ...(accessControl && { accessControl }),
})

/** Grafana answers a lookup with a reduced object, always: four fields say nothing. */
export const lookupProfile = (user: User) => ({
  ...profile(user),
  isDisabled: false,
  isExternal: false,
  authLabels: null,
  avatarUrl: '',
})

/** One row of a list. */
export function userHit(user: User, now: number) {
  const seenAt = shownLastSeen(user.lastSeenAt, user.createdAt)
  return {
    id: user.id,
    name: user.name,
    login: user.login,
    email: user.email,
    avatarUrl: avatarUrl(user.email),
    isAdmin: user.isAdmin,
    isDisabled: user.isDisabled,
    lastSeenAt: rfc3339(seenAt),
    lastSeenAtAge: age(seenAt, now),
    authLabels: authLabels(user.authModule),
  }
}
