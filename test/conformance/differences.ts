import { beforeAll, describe, expect, it } from 'vitest'
import { type Answer, expectAnswer, type Names, type Request, type World } from './facts.ts'

/** Where Rollcall answers otherwise than Grafana 9.3.2 was recorded to, and why. */
export type Difference = Request & { grafana: Answer; rollcall: Answer; why: string }

/** Rows of one kind, in order, in a world that adds to those before it in the file. */
export function differences(about: string, rows: Difference[], world?: World): void {
  describe(`differs: ${about}`, () => {
    let names: Names = {}
    beforeAll(async () => {
      names = (await world?.()) ?? {}
    })
    for (const row of rows)
      it(`${row.name}: ${row.ask}, for ${row.why}`, async () => {
        expect(row.rollcall).not.toEqual(row.grafana)
        await expectAnswer(row, row.rollcall, names)
      })
  })
}
