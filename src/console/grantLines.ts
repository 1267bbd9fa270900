// Permissions as somebody types them: one a line, the action and, after a space, its scope if it has one.

export type Permission = { action: string; scope: string }

export const lineOf = ({ action, scope }: Permission) => `${action} ${scope}`.trim()

/** The lines that say anything. */
export const linesIn = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

/** Whatever follows the action is its scope, for the API to read or refuse. */
export function permissionIn(line: string): Permission {
  const [action = '', ...scope] = line.trim().split(/\s+/)
  return { action, scope: scope.join(' ') }
}
