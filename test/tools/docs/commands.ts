// What a block of shell says: its commands, and what each is expected to print.

import { spawnSync } from 'node:child_process'

export type Command = {
  text: string
  line: number
  /** A comment below the command that begins as JSON does: what it prints, with … for what differs. */
  expected?: string
}

/** A command may go on over several lines: until Bash can read it. */
const isWhole = (text: string) =>
  !/\\$/.test(text.trimEnd()) && spawnSync('bash', ['-n', '-c', text], { stdio: 'ignore' }).status === 0

const tokens = /"(?:[^"\\]|\\.)*"|[[{\]}]/g

/** JSON up to its last bracket; what a comment says behind that is for people. */
function jsonIn(comment: string): string | undefined {
  if (!/^[[{]/.test(comment)) return undefined
  let depth = 0
  for (const { 0: token, index } of comment.matchAll(tokens)) {
    if (token === '[' || token === '{') depth++
    if (token === ']' || token === '}') depth--
    if (depth === 0) return comment.slice(0, index + 1)
  }
  return undefined
}

type Chunk = { text: string; line: number }

/** Lines put together until Bash can read them; a comment and an empty line are whole. */
function chunksOf(block: string, firstLine: number): Chunk[] {
  const chunks: Chunk[] = []
  for (const [n, line] of block.trimEnd().split('\n').entries()) {
    const last = chunks.at(-1)
    if (last && !isWhole(last.text)) last.text += `${line}\n`
    else chunks.push({ text: `${line}\n`, line: firstLine + n })
  }
  const last = chunks.at(-1)
  if (last && !isWhole(last.text)) throw new Error(`line ${last.line}: Bash can't read this:\n${last.text}`)
  return chunks.filter(({ text }) => text.trim() !== '')
}

export function commandsOf(block: string, firstLine: number): Command[] {
  const commands: Command[] = []
  for (const { text, line } of chunksOf(block, firstLine)) {
    const expected = text.startsWith('#') ? jsonIn(text.replace(/^#\s*/, '').trim()) : undefined
    const last = commands.at(-1)
    if (expected !== undefined && last) last.expected = expected
    if (!text.startsWith('#')) commands.push({ text, line })
  }
  return commands
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

function compact(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json))
  } catch {
    return json.trim()
  }
}

/** Whether that was printed: JSON with its blanks aside, and … for anything. */
export const matches = (printed: string, expected: string) =>
  new RegExp(`^${expected.split('…').map(escaped).join('[\\s\\S]*')}$`).test(compact(printed))
