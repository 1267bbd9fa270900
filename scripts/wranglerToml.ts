// The ids of a deployment's database and KV namespace, in wrangler.toml. The repository carries zeros, which is all that
// local development needs.

export const zeroIds = { database: '00000000-0000-0000-0000-000000000000', namespace: '0'.repeat(32) }

export const isPlaceholder = (toml: string, zeros: string) => toml.includes(`"${zeros}"`)

/** The file with the id in place of its zeros; everything else, comments too, stays as it is. */
export function fillId(toml: string, zeros: string, id: string): string {
  if (!isPlaceholder(toml, zeros)) throw new Error(`wrangler.toml has no "${zeros}" to replace`)
  return toml.replace(`"${zeros}"`, `"${id}"`)
}

export function settingIn(toml: string, key: string): string {
  const value = new RegExp(`^${key}\\s*=\\s*"([^"]*)"`, 'm').exec(toml)?.[1]
  if (value === undefined) throw new Error(`wrangler.toml has no ${key}`)
  return value
}
