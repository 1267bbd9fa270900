/** Named as uap-core, Grafana's parser, names them; the seed page shows "Chrome" "72.0", "Mobile Safari", "iOS", "iPhone", "Other". */
export type Device = {
  browser: string
  browserVersion: string
  os: string
  osVersion: string
  device: string
}

// Only what a list of one's devices needs: the browsers and systems that people sign in with. Of each table the first that
// fits counts, so what pretends to be another (all of them do) stands before that.

type Named = readonly [name: string, pattern: RegExp]

const browsers: readonly Named[] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\/(\d[\w.]*)/],
  ['Opera', /\bOPR\/(\d[\w.]*)/],
  ['Samsung Internet', /\bSamsungBrowser\/(\d[\w.]*)/],
  ['Firefox iOS', /\bFxiOS\/(\d[\w.]*)/],
  ['Firefox Mobile', /Android.*\bFirefox\/(\d[\w.]*)/],
  ['Firefox', /\bFirefox\/(\d[\w.]*)/],
  ['Chrome Mobile iOS', /\bCriOS\/(\d[\w.]*)/],
  ['Chrome Mobile', /Android.*\bChrome\/(\d[\w.]*)/],
  ['HeadlessChrome', /\bHeadlessChrome\/(\d[\w.]*)/],
  ['Chrome', /\bChrome\/(\d[\w.]*)/],
  ['Mobile Safari', /\bVersion\/(\d[\w.]*).*\bMobile\/.*\bSafari\//],
  ['Safari', /\bVersion\/(\d[\w.]*).*\bSafari\//],
  ['IE', /\bMSIE (\d[\w.]*)|\bTrident\/.*\brv:(\d[\w.]*)/],
]

const systems: readonly Named[] = [
  ['iOS', /\b(?:iPhone|CPU) OS (\d+[_\d]*)/],
  ['Mac OS X', /\bMac OS X (\d+[_.\d]*)?/],
  ['Windows', /\bWindows NT (\d[\d.]*)/],
  ['Android', /\bAndroid(?: (\d[\d.]*))?/],
  ['Chrome OS', /\bCrOS \w+ (\d[\d.]*)/],
  ['Ubuntu', /\bUbuntu\b(?:\/(\d[\d.]*))?/],
  ['Linux', /\b(?:Linux|X11)\b/],
]

const windowsVersions: Record<string, string> = { '10.0': '10', '6.3': '8.1', '6.2': '8', '6.1': '7', '6.0': 'Vista' }

function find(table: readonly Named[], userAgent: string) {
  for (const [name, pattern] of table) {
    const found = pattern.exec(userAgent)
    if (found) return { name, version: found[1] ?? found[2] }
  }
  return undefined
}

/** A program that names itself first, as `curl/8.5.0`, is no browser. */
function product(userAgent: string) {
  const [, name, version] = /^([\w.-]+)\/(\d[\w.]*)/.exec(userAgent) ?? []
  return name === undefined || name === 'Mozilla' ? undefined : { name, version }
}

/** Longer than any name worth showing; a session's record must fit KV's 1,024 bytes of metadata. */
const maxName = 60

/** Major and minor, as uap-core has them: "72.0.3626" is "72.0". */
const shortVersion = (version = '') => /^\d{1,10}(\.\w{1,10})?(?!\w)/.exec(version.replaceAll('_', '.'))?.[0] ?? ''

const deviceOf = (userAgent: string) =>
  /\b(?:iPhone|iPad|iPod)\b/.exec(userAgent)?.[0] ??
  /\bAndroid[^;]*; (?:[a-z]{2}-[a-z]{2}; )?([^;)]+?)(?: Build\b[^;)]*)?[;)]/.exec(userAgent)?.[1] ??
  (userAgent.includes('Macintosh') ? 'Mac' : 'Other')

/** Pure. Unknown parts are "Other", unknown versions empty. */
export function describeDevice(userAgent: string): Device {
  const text = userAgent.slice(0, 500)
  const known = find(browsers, text)
  const browser = known ?? product(text)
  const os = find(systems, text)
  return {
    browser: (browser?.name ?? 'Other').slice(0, maxName),
    browserVersion: shortVersion(browser?.version),
    os: os?.name ?? 'Other',
    osVersion: os?.name === 'Windows' ? (windowsVersions[os.version ?? ''] ?? '') : shortVersion(os?.version),
    device: known ? deviceOf(text).slice(0, maxName) : 'Other',
  }
}
