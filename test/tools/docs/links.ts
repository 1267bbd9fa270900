import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

const anchorsIn = (markdown: string) =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading.trim()))

/** Links and pictures of a page that lead to no file of the project, or to no heading of it. */
export function brokenLinks(root: string, file: string): string[] {
  const markdown = readFileSync(join(root, file), 'utf8').replace(/^(\s*)```[\s\S]*?^\s*```$/gm, '')
  const targets = [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false
    const [path = '', anchor] = target.split('#')
    const found = path === '' ? join(root, file) : join(root, dirname(file), path)
    if (!existsSync(found)) return true
    return anchor !== undefined && found.endsWith('.md') && !anchorsIn(readFileSync(found, 'utf8')).includes(anchor)
  })
}
