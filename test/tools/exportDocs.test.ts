import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { formatVersion } from '../../scripts/directory/export.ts'
import { type Column, columnsOf, type Kind, kindNames, kinds } from '../../scripts/directory/records.ts'
import { root } from '../../scripts/wrangler.ts'

const docs = readFileSync(`${root}docs/export.md`, 'utf8')

const marks: Record<Column['type'], string> = { string: '', number: '#', boolean: '?' }

function cellsOf(kind: Kind): string[] {
  const key: readonly string[] = kinds[kind].key
  const isNeeded = ({ property, isRequired }: Column) => isRequired || key.includes(property)
  const properties = columnsOf(kind).map(
    (column) => `\`${column.property}\`${marks[column.type]}${isNeeded(column) ? '*' : ''}`,
  )
  return [`\`${kind}\``, key.map((property) => `\`${property}\``).join(' and '), properties.join(' ')]
}

it('docs/export.md tells of every kind and every property, in the order of the file', () => {
  const table = docs.split('| kind | what |')[1]?.split('\n\n')[0] ?? ''
  const rows = table
    .split('\n')
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()))
  expect(rows.map(([, kind, , key, properties]) => [kind, key, properties])).toEqual(kindNames.map(cellsOf))
  expect(rows.filter(([, , what]) => !what)).toEqual([])
})

it('docs/export.md is of the version that is written', () => {
  expect(docs).toContain(`"version":${formatVersion},`)
})
