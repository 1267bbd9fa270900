// Examples of files: JSON that must be JSON, and pieces of wrangler.toml that Wrangler must take without a warning.

import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { root, wranglerFile } from '../../../scripts/wrangler.ts'
import type { Block } from './blocks.ts'
import type { Outcome } from './programs.ts'

const headerOf = (section: string) => /^\[[^\n]+/.exec(section)?.[0]

/** The file with a piece in its place: keys above any section at the top, others in the section of that name or in a new one. */
export function merged(toml: string, piece: string): string {
  const [top = '', ...sections] = piece.split(/^(?=\[)/m)
  const withSections = sections.reduce((whole, section) => {
    const header = headerOf(section) ?? ''
    if (header.startsWith('[[') || !whole.includes(`\n${header}\n`)) return `${whole.trimEnd()}\n\n${section}`
    return whole.replace(`\n${header}\n`, `\n${section.trimEnd()}\n`)
  }, toml)
  return withSections.replace(/^(?=\[)/m, top.trim() ? `${top}\n` : '')
}

const wrangler = (args: string[], cwd: string) =>
  spawnSync(process.execPath, [wranglerFile, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })

function toml({ text }: Block, project: string): Outcome {
  // Into the file as it comes, since the page may have changed its own, and beside that, which a running `npm run dev` watches.
  const file = 'wrangler.example.toml'
  writeFileSync(`${project}/${file}`, merged(readFileSync(`${root}wrangler.toml`, 'utf8'), text))
  const { status, stdout, stderr } = wrangler(
    ['deploy', '--config', file, '--dry-run', '--outdir', '.wrangler/dry-run'],
    project,
  )
  const said = stdout + stderr
  return { ok: status === 0 && !said.includes('WARNING'), said }
}

function json({ text }: Block): Outcome {
  try {
    JSON.parse(text)
    return { ok: true, said: '' }
  } catch (error) {
    return { ok: false, said: String(error) }
  }
}

const jsonl = (block: Block): Outcome =>
  block.text
    .trim()
    .split('\n')
    .map((text) => json({ ...block, text }))
    .find(({ ok }) => !ok) ?? { ok: true, said: '' }

export const settings: Record<string, (block: Block, project: string) => Outcome> = { toml, json, jsonl }
