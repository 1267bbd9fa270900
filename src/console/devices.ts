import type { authToken } from '../sessions/views.ts'

/** Somebody's session, by what it was opened with and where. */
export type Device = ReturnType<typeof authToken>

const named = (name: string, version: string) => (name === 'Other' ? '' : `${name} ${version}`.trim())

/** Such as "Mobile Safari 11.0 on iOS 11.0"; KV may not have the look of a session yet. */
export const nameOf = ({ browser, browserVersion, os, osVersion }: Device) =>
  [named(browser, browserVersion), named(os, osVersion)].filter(Boolean).join(' on ') || 'An unknown device'
