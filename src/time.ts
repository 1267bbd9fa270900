/** From seconds since 1970; whole seconds in UTC, as every time in an answer is. */
export const rfc3339 = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')

/** The same of what may never have been. */
export const timeOrNull = (seconds: number | null) => (seconds === null ? null : rfc3339(seconds))

const minute = 60
const hour = 60 * minute
export const day = 24 * hour
const units = [
  ['y', 365 * day],
  ['M', 31 * day],
  ['d', day],
  ['h', hour],
  ['m', minute],
] as const

/** How long ago, cut to the largest unit: "2m", "2M", "10y" as the seed page has it; seconds since 1970. Less than a minute, and the future, is "< 1m". */
export function age(then: number, now: number): string {
  const elapsed = now - then
  const [unit, seconds] = units.find(([, size]) => elapsed >= size) ?? []
  return unit && seconds ? `${Math.floor(elapsed / seconds)}${unit}` : '< 1m'
}

/** Somebody who never came is shown as last seen ten years before being created (Grafana). */
export function shownLastSeen(lastSeenAt: number | null, createdAt: number): number {
  if (lastSeenAt !== null) return lastSeenAt
  const then = new Date(createdAt * 1000)
  then.setUTCFullYear(then.getUTCFullYear() - 10)
  return Math.floor(then.getTime() / 1000)
}
