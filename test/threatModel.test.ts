import { describe, expect, it } from 'vitest'
import threatModel from '../docs/threat-model.md?raw'
import type { Defence } from './defences/defence.ts'
import { defences } from './defences/index.ts'

const files = import.meta.glob<string>('./**/*.test.ts', { query: '?raw', import: 'default', eager: true })

const sources = import.meta.glob<string>(['../src/**/*.{ts,tsx}', '../drizzle/*.sql', './support/*.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** A file of tests and the names that stand behind it. */
const named = [...threatModel.matchAll(/`test\/([\w/]+\.test\.ts)`((?::? ?,? "[^"\n]+")*)/g)].map(
  ([, file = '', names = '']) => [file, [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name)] as const,
)

describe('docs/threat-model.md', () => {
  it('names tests of every class', () => {
    const rows = threatModel.split('\n').filter((line) => /^\| [A-G]\d/.test(line))
    expect(rows).toHaveLength(73)
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

  it('names for each class a defence that can be taken away, and the test that notices', () => {
    const rows = new Map([...threatModel.matchAll(/^\| ([A-G]\d+) .*$/gm)].map(([row, of = '']) => [of, row] as const))
    // The matrix's files of tests are one for each table; the row names the one that holds them to the routes.
    const isNamed = ({ of, test }: Defence) =>
      rows.get(of)?.includes(`test/${test.startsWith('matrix/') ? 'matrix/routes.test.ts' : test}`) ?? false
    expect(defences.filter((defence) => !isNamed(defence))).toEqual([])
    expect([...rows.keys()].filter((of) => !defences.some((defence) => defence.of === of))).toEqual([])
  })

  it('finds each of them once, where `npm run test:defences` looks for it', () => {
    const times = ({ file, without }: Defence) =>
      (sources[`../${file}`] ?? sources[file.replace(/^test/, '.')] ?? '').split(without).length - 1
    expect(defences.filter((defence) => times(defence) !== 1)).toEqual([])
  })
})
