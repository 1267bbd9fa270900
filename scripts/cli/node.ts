/** The first Node that has node:sqlite without a flag. */
export const neededNode = '22.13'

/** Whether a version, as `process.versions.node` has it, is that or newer. */
export function isRecentNode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [neededMajor = 0, neededMinor = 0] = neededNode.split('.').map(Number)
  return major > neededMajor || (major === neededMajor && minor >= neededMinor)
}
