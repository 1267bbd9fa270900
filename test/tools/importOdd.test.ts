import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkReportFile } from '../../scripts/cli/importReport.ts'
import { definedRoles } from '../../src/auth/roles.ts'
import { addCrowd } from './grafana/crowd.ts'
import { filledGrafana } from './grafana/filled.ts'
import { temporaryFolder } from './support/database.ts'
import { found, openAt } from './support/import.ts'

const filled = (sql: string) => filledGrafana(temporaryFolder(), '12', ({ db }) => db.exec(sql))

describe('a table that is not as Grafana makes it', () => {
  it('is refused where its rows could be missed', () => {
    const shadowed = filledGrafana(temporaryFolder(), '9', (grafana) => {
      addCrowd(grafana, 2000)
      grafana.db.exec("ALTER TABLE user ADD COLUMN rowid TEXT DEFAULT 'x'")
    })
    expect(() => openAt(shadowed)).toThrow('the table user is not as Grafana makes it (its rowid)')
    const without = filled(
      'DROP TABLE star; CREATE TABLE star (id INTEGER PRIMARY KEY, user_id INTEGER, dashboard_id INTEGER) WITHOUT ROWID',
    )
    expect(() => openAt(without)).toThrow('the table star is not as Grafana makes it (its rowid)')
  })

  it.each([
    ['user.csv', 'id,login,ID\n', 'user: two columns of one name'],
    ['user.tsv', 'id\tlogin\n', "user.csv and user.tsv: delete the one that isn't meant"],
  ])('is refused as a file too (%s)', (name, text, message) => {
    const folder = temporaryFolder()
    writeFileSync(`${folder}/user.csv`, 'id,login\n')
    writeFileSync(`${folder}/${name}`, text)
    expect(() => openAt(folder)).toThrow(message)
  })

  it('is no file of another kind', () => {
    const folder = temporaryFolder()
    mkdirSync(`${folder}/user.csv`)
    writeFileSync(`${folder}/sqlite_master.csv`, 'id\n')
    expect(() => openAt(folder)).toThrow('holds no tables')
  })
})

describe('a name that is made', () => {
  it('is no other dashboard’s title', () => {
    const source = openAt(
      filled(
        "INSERT INTO dashboard (id, uid, title, org_id, data, is_folder) VALUES (9, 'q', 'Home (def)', 1, '{}', 0), (10, 'r', 'Home (def)', 1, '{}', 0)",
      ),
    )
    const titles = [...source.records()].flatMap(({ kind, row }) => (kind === 'dashboard' ? row.title : []))
    expect(titles).toEqual(['Home', 'Home (def)', 'Home (def) (q)', 'Home (def) (r)'])
  })

  it('is no other person’s uid', () => {
    const source = openAt(
      filled(
        "UPDATE user SET uid = 'x' WHERE id IN (2, 6); UPDATE user SET uid = 'x-6' WHERE id = 3; UPDATE user SET is_admin = id = 1",
      ),
    )
    const uids = [...source.records()].flatMap(({ kind, row }) =>
      kind === 'user' && Number(row.id) !== 5 && Number(row.id) < 7 ? row.uid : [],
    )
    expect(uids).toEqual(['u000000001', 'x', 'x-6', 'x-6-2'])
  })
})

it('gives no fixed role by the uid of a custom one', () => {
  const uid = [...definedRoles.values()].find(({ name }) => name === 'fixed:roles:writer')?.uid
  const source = openAt(
    filled(
      `INSERT INTO role (id, uid, name, description, version, org_id) VALUES (7, '${uid}', 'harmless', '', 1, 0); INSERT INTO user_role (org_id, user_id, role_id) VALUES (0, 2, 7)`,
    ),
  )
  expect(found(source, 'left out')).toContain("a role with a name or uid that can't be used: role 7 (harmless)")
  const given = [...source.records()].flatMap(({ kind, row }) => (kind === 'roleAssignment' ? row.roleUid : []))
  expect(new Set(given)).toEqual(new Set(['helpdesk']))
})

it('writes a report over nothing but an earlier one, and says so before anything is written', () => {
  const folder = temporaryFolder()
  const file = filledGrafana(folder, '9')
  const before = readFileSync(file)
  writeFileSync(`${folder}/export.jsonl`, '{"format":"rollcall"}\n')
  expect(() => checkReportFile(file, file)).toThrow('is there already, and no report')
  expect(() => checkReportFile(`${folder}/export.jsonl`, file)).toThrow('is there already, and no report')
  expect(() => checkReportFile(`${folder}/none/report.json`, file)).toThrow("The report can't be written: ENOENT")
  writeFileSync(`${folder}/report.json`, '{\n  "source": ""\n}\n')
  checkReportFile(`${folder}/report.json`, file)
  checkReportFile(`${folder}/new.json`, file)
  expect(readFileSync(file).equals(before)).toBe(true)
})
