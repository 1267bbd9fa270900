import { md5 } from '@noble/hashes/legacy.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { User } from '../auth/queries.ts'

const rfc3339 = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')

/** Gravatar's name for a picture: MD5 of the lower-cased e-mail, untrimmed (Grafana 9.3.2). Only a string, nothing is fetched. */
export const avatarUrl = (email: string) =>
  email === '' ? '' : `/avatar/${bytesToHex(md5(utf8ToBytes(email.toLowerCase())))}`

/** Without an active org Grafana leaves `orgId` out. */
export const profile = (user: User) => ({
  id: user.id,
  email: user.email,
  name: user.name,
  login: user.login,
  theme: user.theme,
  ...(user.orgId === 0 ? {} : { orgId: user.orgId }),
  isGrafanaAdmin: user.isAdmin,
  isDisabled: user.isDisabled,
  isExternal: false,
  authLabels: [],
  updatedAt: rfc3339(user.updatedAt),
  createdAt: rfc3339(user.createdAt),
  avatarUrl: avatarUrl(user.email),
})
