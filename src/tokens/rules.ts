/** Latest time that RFC 3339 can write, in seconds since 1970. */
const maxTime = 253_402_300_799

/** When a credential ends that is to live so many seconds from now: null = never, for 0; `undefined` = there is no such time. */
export function expiryOf(secondsToLive: number, now: number): number | null | undefined {
  if (secondsToLive < 0) return undefined
  return secondsToLive === 0 ? null : Math.min(now + secondsToLive, maxTime)
}
