import { describe, expect, it } from 'vitest'
import type { DirectoryRecord } from '../../scripts/directory/records.ts'
import type { Source } from '../../scripts/directory/source.ts'
import { type GrafanaDatabase, grafanaDatabase, type Row } from './grafana/database.ts'
import { temporaryFolder } from './support/database.ts'
import { found, openAt } from './support/import.ts'

const seen = (hour: number) => `2026-11-24 ${hour}:00:00`

/** Ann three times over, once as somebody's e-mail; whoever was there last is 12. */
const anns: Row[] = [
  { id: 11, login: 'ann', email: 'ann@example.org', last_seen_at: seen(13) },
  { id: 12, login: 'Ann', email: 'ann@work.example', last_seen_at: seen(15) },
  { id: 13, login: 'bob', email: 'ANN@example.org', last_seen_at: seen(14) },
  { id: 14, login: 'bob@example.org', email: 'other@example.org', last_seen_at: seen(16) },
  { id: 15, login: 'carl', email: 'bob@example.org' },
]

function grafanaOf(users: Row[], more: (grafana: GrafanaDatabase) => void = () => {}): string {
  const grafana = grafanaDatabase(`${temporaryFolder()}/grafana.db`, '9')
  grafana.add('org', { id: 1, name: 'Main Org.' })
  for (const user of users) {
    grafana.add('user', { ...user })
    grafana.add('org_user', { user_id: user.id ?? 0, role: 'Admin' })
  }
  more(grafana)
  grafana.close()
  return grafana.file
}

const namesIn = (source: Source) =>
  [...source.records()]
    .filter((record): record is Extract<DirectoryRecord, { kind: 'user' }> => record.kind === 'user')
    .map(({ row }) => `${row.id} ${row.login} ${row.email}`)

describe('people who share a name', () => {
  it('stop the import, one by one, with what can be done', () => {
    const source = openAt(grafanaOf(anns))
    expect(found(source, 'stop')).toEqual([
      'one login for two people, in different letter case: user 11 (ann, ann@example.org) beside user 12 (Ann, ann@work.example) and user 13 (bob, ANN@example.org)',
      "a login that is another's e-mail: user 14 (bob@example.org, other@example.org) beside user 15 (carl, bob@example.org)",
    ])
    expect(source.findings[0]?.advice).toContain('--resolve 12=skip,15=rename')
  })

  it('are renamed but for whoever was seen last; what is nobody else’s stays', () => {
    const source = openAt(grafanaOf(anns), { resolve: ['rename'] })
    expect(found(source, 'stop')).toEqual([])
    expect(namesIn(source)).toEqual([
      '11 ann-11 ann+11@example.org',
      '12 Ann ann@work.example',
      '13 bob ANN@example.org',
      '14 bob@example.org-14 other@example.org',
      '15 carl bob@example.org',
    ])
  })

  it('are left out with all that is theirs', () => {
    const source = openAt(
      grafanaOf(anns, ({ add }) => {
        add('team', { id: 1, name: 'Edge' })
        add('team_member', { team_id: 1, user_id: 11 })
        add('team_member', { team_id: 1, user_id: 12 })
        add('preferences', { org_id: 1, user_id: 11, theme: 'dark' })
      }),
      { resolve: ['skip'] },
    )
    expect(namesIn(source).map((name) => name.split(' ')[0])).toEqual(['12', '13', '15'])
    expect(source.counts).toEqual({ org: 1, user: 3, orgMember: 3, team: 1, teamMember: 1 })
    expect(found(source, 'left out').map((line) => line.slice(0, 20))).toEqual([
      'one login for two pe',
      'a login that is anot',
    ])
  })

  it('are each dealt with as is said of them; one more left out can settle the rest', () => {
    const one = openAt(grafanaOf(anns), { resolve: ['12=skip,11=rename', '15=skip'] })
    expect(found(one, 'stop')).toEqual([])
    expect(namesIn(one)).toEqual([
      '11 ann ann+11@example.org',
      '13 bob ANN@example.org',
      '14 bob@example.org other@example.org',
    ])
  })

  it('are only those: a choice that fits nobody is refused', () => {
    expect(found(openAt(grafanaOf(anns.slice(0, 1)), { resolve: ['11=rename,99=rename'] }), 'stop')).toEqual([
      '--resolve fits nobody: user 11 (ann) shares no name with anybody',
      "--resolve fits nobody: user 99, whom there isn't shares no name with anybody",
    ])
  })

  it('share it in composed and decomposed letters too, as the API sees them', () => {
    const source = openAt(
      grafanaOf([
        { id: 2, login: 'zo\u00eb', email: 'a@example.org' },
        { id: 3, login: 'ZOE\u0308', email: 'b@example.org' },
      ]),
      { resolve: ['rename'] },
    )
    expect(namesIn(source)).toEqual(['2 zo\u00eb a@example.org', '3 ZO\u00cb-3 b@example.org'])
  })

  it('never get a name that is somebody’s', () => {
    const users = [...anns.slice(0, 2), { id: 16, login: 'ann-11', email: 'x@example.org' }]
    expect(namesIn(openAt(grafanaOf(users), { resolve: ['rename'] }))[0]).toBe('11 ann-11-2 ann@example.org')
  })
})

it('--resolve says what it takes', () => {
  expect(() => openAt(grafanaOf(anns), { resolve: ['drop'] })).toThrow(
    '--resolve takes rename, skip, or one person each',
  )
})
