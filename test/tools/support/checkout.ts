import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { root } from '../../../scripts/wrangler.ts'

const copied = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'CHANGELOG.md',
  '.dev.vars.example',
  'drizzle',
  'public',
  'scripts',
  'src',
  'test/e2e',
]

/** A copy of the project that may be changed, as somebody has who has just cloned it and run `npm ci`. */
export function checkOut(folder: string): string {
  mkdirSync(folder, { recursive: true })
  for (const name of copied) cpSync(`${root}${name}`, `${folder}/${name}`, { recursive: true })
  symlinkSync(`${root}node_modules`, `${folder}/node_modules`)
  writeFileSync(`${folder}/wrangler.toml`, readFileSync(`${root}wrangler.toml`))
  return folder
}
