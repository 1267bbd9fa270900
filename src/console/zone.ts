import type { Zone } from './env.ts'

/** Making a format costs more than many uses of it, and a page has a hundred times to write. Bounded by being emptied. */
const formats = new Map<string, Intl.DateTimeFormat>()
const maxRemembered = 50

/** Throws where there is no such zone. */
function formatIn(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: zone })
  if (formats.size >= maxRemembered) formats.clear()
  formats.set(zone, format)
  return format
}

/** The zones that a preference may name; any other text, and none, means the browser's. */
export function readZone(timezone: string): Zone {
  try {
    return formatIn(timezone).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

/** Day and time in a zone; UTC, and saying so, where the browser's isn't known here. */
export const writtenIn = (zone: Zone, at: string): string =>
  zone ? formatIn(zone).format(new Date(at)) : `${formatIn('UTC').format(new Date(at))} UTC`
