import { describe, expect, it } from 'vitest'
import threatModel from '../docs/threat-model.md?raw'

const files = import.meta.glob<string>('./**/*.test.ts', { query: '?raw', import: 'default', eager: true })

/** A file of tests and the names that stand behind it. */
const named = [...threatModel.matchAll(/`test\/([\w/]+\.test\.ts)`((?::? ?,? "[^"\n]+")*)/g)].map(
  ([, file = '', names = '']) => [file, [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name)] as const,
)

describe('docs/threat-model.md', () => {
  it('names tests of every class', () => {
    const rows = threatModel.split('\n').filter((line) => /^\| [A-G]\d/.test(line))
    expect(rows).toHaveLength(69)
    expect(rows.filter((row) => !/`test\/|not tested/.test(row))).toEqual([])
  })

  it('names tests that are there', () => {
    const missing = named.flatMap(([file, names]) => {
      const text = files[`./${file}`]
      if (text === undefined) return [file]
      return names.filter((name) => !text.includes(name)).map((name) => `${file}: ${name}`)
    })
    expect(missing).toEqual([])
    expect(named.flatMap(([, names]) => names).length).toBeGreaterThan(90)
  })
})
