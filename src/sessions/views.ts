import type { Session } from '../auth/identity.ts'
import type { SessionRecord } from '../auth/records.ts'
import { rfc3339 } from '../time.ts'

const unknownDevice = {
  clientIp: '',
  device: 'Other',
  os: 'Other',
  osVersion: '',
  browser: 'Other',
  browserVersion: '',
}

/**
 * D1 says that the session is one and when it was seen, KV how it looks; a record not visible yet is an unknown device.
 * The place, which Grafana doesn't know, only where it was asked for.
 */
export const authToken = (
  session: Session,
  record: SessionRecord | undefined,
  isActive: boolean,
  withMetadata: boolean,
) => {
  const look = record ?? unknownDevice
  return {
    id: session.id,
    isActive,
    clientIp: look.clientIp,
    device: look.device,
    os: look.os,
    osVersion: look.osVersion,
    browser: look.browser,
    browserVersion: look.browserVersion,
    createdAt: rfc3339(session.createdAt),
    seenAt: rfc3339(session.seenAt),
    ...(withMetadata && { place: record?.place ?? '' }),
  }
}
