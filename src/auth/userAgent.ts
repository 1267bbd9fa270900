import UAParser from 'my-ua-parser'

/** Named as uap-core, Grafana's parser, names them; the seed page shows "Chrome" "72.0", "Mobile Safari", "iOS", "iPhone", "Other". */
export type Device = {
  browser: string
  browserVersion: string
  os: string
  osVersion: string
  device: string
}

const osNames: Record<string, string> = { 'Mac OS': 'Mac OS X', 'Chromium OS': 'Chrome OS' }

/** Longer than any name worth showing; a session's record must fit KV's 1,024 bytes of metadata. */
const maxName = 60
const shown = (name: string | undefined, otherwise: string) => (name ?? otherwise).slice(0, maxName)

/** Major and minor, as uap-core has them: "72.0.3626" is "72.0"; a Linux's "x86_64" is no version. */
const shortVersion = (version: string | undefined) => /^\d{1,10}(\.\w{1,10})?(?![\w])/.exec(version ?? '')?.[0] ?? ''

/** A program that names itself first, as `curl/8.5.0`, is no browser that the parser knows. */
function product(userAgent: string) {
  const [, name, version] = /^([\w.-]+)\/(\d[\w.]*)/.exec(userAgent) ?? []
  return name === 'Mozilla' ? undefined : { name, version }
}

function deviceName(model: string | undefined, os: string | undefined): string {
  if (model && model !== 'Macintosh') return shown(model, 'Other')
  return os === 'Mac OS' ? 'Mac' : 'Other'
}

/** Pure. Unknown parts are "Other", unknown versions empty. */
export function describeDevice(userAgent: string): Device {
  const { browser, os, device } = new UAParser(userAgent.slice(0, 500)).getResult()
  const named = browser.name ? browser : product(userAgent)
  const onPhone = browser.name === 'Chrome' && os.name === 'Android'
  return {
    browser: onPhone ? 'Chrome Mobile' : shown(named?.name, 'Other'),
    browserVersion: shortVersion(named?.version),
    os: shown(osNames[os.name ?? ''] ?? os.name, 'Other'),
    osVersion: shortVersion(os.version),
    // A program's own name can look like a device's: "python-requests" is no Quest.
    device: deviceName(browser.name ? device.model : undefined, os.name),
  }
}
