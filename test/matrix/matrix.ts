import { beforeAll, expect, it } from 'vitest'
import { type Entries, type Line, requestOf } from './requests.ts'
import { slices } from './slices.ts'
import { differences, print, type Row } from './table.ts'
import { openWorld, type World } from './world.ts'

/** Where what was answered isn't what is documented; `expect` says what, once the table is complete. */
const undocumented = '???'

async function cellsOf(world: World, route: string, line: Line, faults: string[]): Promise<Row['cells']> {
  const [method = '', path = ''] = route.split(' ')
  const cells: Row['cells'] = {}
  for (const caller of world.callers) {
    const request = requestOf(path, line, world, caller)
    if (!request) {
      cells[caller.label] = '·'
      continue
    }
    cells[caller.label] = await world.ask(caller, method, request.path, request).then(String, (error: unknown) => {
      faults.push(`${route} (${line.target}), asked by ${caller.label}: ${error}`)
      return undocumented
    })
  }
  return cells
}

async function rowsOf(world: World, entries: Entries, faults: string[]): Promise<Row[]> {
  const rows: Row[] = []
  for (const [route, lines] of Object.entries(entries)) {
    for (const line of lines)
      rows.push({ route, target: line.target, cells: await cellsOf(world, route, line, faults) })
  }
  return rows
}

const wordsOf = (error: unknown, key: string) => {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined
  return typeof value === 'string' ? value : ''
}

const isDone = (cell: string) => /^[23]/.test(cell)

/** Where everybody is refused, what was asked may be wrong: then nothing is tested. */
const doneByNobody = (rows: readonly Row[]) =>
  [...Map.groupBy(rows, ({ route }) => route)]
    .filter(([, lines]) => !lines.some(({ cells }) => Object.values(cells).some(isDone)))
    .map(([route]) => route)

/** Asks everything of a slice as everybody, and compares with the table beside this file; `vitest -u` writes it anew. */
export function matrixOf(slice: keyof typeof slices) {
  let world: World
  beforeAll(async () => {
    world = await openWorld()
  })

  it(`answers everybody as in ${slice}.txt`, { timeout: 600_000 }, async () => {
    const faults: string[] = []
    const rows = await rowsOf(world, slices[slice], faults)
    expect(faults).toEqual([])
    expect(doneByNobody(rows)).toEqual([])
    await expect(print(rows))
      .toMatchFileSnapshot(`${slice}.txt`)
      .catch((error: unknown) => {
        const different = differences(wordsOf(error, 'expected'), rows)
        throw different.length > 0 ? new Error(different.join('\n')) : error
      })
  })
}
