import { expect, it } from 'vitest'
import { api } from '../../src/api.ts'
import { slices } from './slices.ts'

const entries = Object.values(slices).flatMap((slice) => Object.entries(slice))
const asked = entries.map(([route]) => route)

it('asks every route, each in one slice', () => {
  const routes = new Set(
    api.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`),
  )
  expect(asked.toSorted()).toEqual([...routes].toSorted())
})

it.each(entries)('%s has one line for each of its targets', (_, lines) => {
  const targets = lines.map(({ target }) => target)
  expect(targets).toEqual([...new Set(targets)])
  expect(targets).not.toEqual([])
})
