// The fenced blocks of a page of documentation.

export type Block = {
  file: string
  /** That of the block's first line of code. */
  line: number
  language: string
  /** What follows the language, as in "sh remote". */
  attributes: string[]
  text: string
  /** Why it isn't run, from a comment before the block: `<!-- not run: … -->`. */
  notRun?: string
}

const opening = /^(\s*)```\s*(\S*)\s*(.*)$/
const reason = /^\s*<!-- not run: (.+) -->\s*$/

const dedented = (line: string, indent: string) =>
  line.startsWith(indent) ? line.slice(indent.length) : line.trimStart()

/** What the last line with something on it says of the block below. */
const reasonAbove = (lines: string[]) => reason.exec(lines.findLast((line) => line.trim() !== '') ?? '')?.[1]

export function blocksOf(file: string, markdown: string): Block[] {
  const lines = markdown.split('\n')
  const blocks: Block[] = []
  for (let at = 0; at < lines.length; at++) {
    const [whole, indent = '', language = '', more = ''] = opening.exec(lines[at] ?? '') ?? []
    if (whole === undefined) continue
    const length = lines.slice(at + 1).findIndex((line) => line.trim() === '```')
    if (length < 0) throw new Error(`${file}:${at + 1}: this block has no end`)
    const text = lines.slice(at + 1, at + 1 + length).map((line) => `${dedented(line, indent)}\n`)
    const notRun = reasonAbove(lines.slice(0, at))
    blocks.push({
      file,
      line: at + 2,
      language,
      attributes: more.split(/\s+/).filter(Boolean),
      text: text.join(''),
      ...(notRun === undefined ? {} : { notRun }),
    })
    at += length + 1
  }
  return blocks
}
