// What a release does to the text of files.

/** The three numbers of a version; none of anything else. */
export const numbersOf = (version: string) => /^(\d+)\.(\d+)\.(\d+)$/.exec(version)?.slice(1).map(Number)

/** The text with its first so many `"version"`s changed: what comes first in these files is their own. */
export function versioned(json: string, from: string, to: string, times: number): string {
  let left = times
  const changed = json.replaceAll(`"version": "${from}"`, (said) => (left-- > 0 ? `"version": "${to}"` : said))
  if (left > 0) throw new Error(`"version": "${from}" is ${times - left} times where it should be ${times} times`)
  return changed
}

/**
 * CHANGELOG.md with what was unreleased under the version and date, and an empty Unreleased above it; undefined where there is
 * nothing to release.
 */
export function released(changelog: string, version: string, date: string): string | undefined {
  const [, before, section, rest] =
    /^([\s\S]*?^## \[Unreleased\]\n)([\s\S]*?)(^## \[[\s\S]*)?$(?![\s\S])/m.exec(changelog) ?? []
  if (before === undefined || !section?.includes('\n- ')) return undefined
  return `${before}\n## [${version}] - ${date}\n${section}${rest ?? ''}`
}
