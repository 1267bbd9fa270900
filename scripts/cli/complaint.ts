import { stripVTControlCharacters } from 'node:util'

/** Why wrangler did nothing: it says so in JSON, or on a line of its own, among much else. */
export function complaint(output: string): string {
  const text = stripVTControlCharacters(output)
  const [, found] = /"text": "(.*)"/.exec(text) ?? /\[ERROR\] (.*)/.exec(text) ?? []
  return found ?? text.trim()
}
