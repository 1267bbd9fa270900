import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openJsonl } from '../../scripts/directory/jsonl.ts'
import { definedRoles } from '../../src/auth/roles.ts'
import { temporaryFolder } from './support/database.ts'
import { found } from './support/import.ts'

type Line = { kind: string; row: Record<string, unknown> }

const times = { createdAt: 1, updatedAt: 1 }
const names = { login: 'ann', email: 'ann@x', loginKey: 'ann', emailKey: 'ann@x' }
const people: Line[] = [
  { kind: 'org', row: { id: 1, name: 'Main Org.', ...times } },
  { kind: 'user', row: { id: 1, uid: 'u', ...names, ...times } },
  { kind: 'orgMember', row: { orgId: 1, userId: 1, role: 'Viewer', createdAt: 1 } },
]
const account: Line = {
  kind: 'serviceAccount',
  row: { id: 1, uid: 's', orgId: 1, name: 'r', login: 'sa-r', role: 'Viewer', ...times },
}
const role = (more = {}): Line => ({
  kind: 'role',
  row: { uid: 'r', orgId: 1, name: 'r', version: 1, permissions: '[["teams:read","teams:*"]]', ...times, ...more },
})
const given = (more = {}): Line => ({
  kind: 'roleAssignment',
  row: { id: 1, roleUid: 'r', orgId: 1, userId: 1, createdAt: 1, ...more },
})
const key = (more = {}): Line => ({
  kind: 'token',
  row: { id: 1, kind: 'api_key', hash: 'a'.repeat(64), name: 'k', orgId: 1, role: 'Viewer', createdAt: 1, ...more },
})

function sourceOf(...lines: Line[]) {
  const counts: Record<string, number> = {}
  for (const { kind } of lines) counts[kind] = (counts[kind] ?? 0) + 1
  const header = { format: 'rollcall', version: 1, exportedAt: '2026-11-26T00:00:00.000Z', sequences: {} }
  const file = `${temporaryFolder()}/export.jsonl`
  const text = [header, ...lines, { kind: 'end', counts }].map((line) => JSON.stringify(line)).join('\n')
  writeFileSync(file, `${text}\n`)
  return openJsonl(file)
}

describe('an export that was tampered with', () => {
  it.each([
    ['no JSON', role({ permissions: 'all' }), 'permissions is no list of [action, scope] in JSON'],
    ['halves', role({ permissions: '[["teams:read"]]' }), 'permissions is no list of [action, scope] in JSON'],
    ['an unknown rank', given({ userId: null, basicRank: 4 }), 'basicRank is none of 1, 2, 3'],
    ["a key with another's rights", key({ serviceAccountId: 1 }), "says more than one owner's"],
    ['a key of a person', key({ userId: 1 }), "says more than one owner's"],
  ])('is not taken with %s', (_, line, what) => {
    const before = [...people, account, ...(line.kind === 'roleAssignment' ? [role()] : [])]
    expect(found(sourceOf(...before, line), 'stop')).toEqual([expect.stringContaining(`${what}: line `)])
  })

  it.each([
    ['in an organization of the future', given({ orgId: 7 }), 'roleAssignment whose org (orgId) is not there'],
    ['that is no role', given({ roleUid: 'x' }), 'roleAssignment whose role (roleUid) is not there'],
  ])('gives nobody a role %s', (_, line, what) => {
    const source = sourceOf(...people, role(), line)
    expect(found(source, 'left out')).toEqual([`${what}: line 6: roleAssignment 1`])
    expect(source.counts.roleAssignment).toBeUndefined()
  })

  it('gives nobody more roles than the database takes', () => {
    const roles = Array.from({ length: 21 }, (_, at) => role({ uid: `r${at}`, name: `r${at}` }))
    const all = roles.map(({ row }, at) => given({ id: at + 1, roleUid: row.uid }))
    const source = sourceOf(...people, ...roles, ...all)
    expect(source.counts).toMatchObject({ role: 21, roleAssignment: 20 })
    expect(found(source, 'left out')).toEqual([
      'a role beyond the 20 that one can hold in an organization: line 46: roleAssignment 21',
    ])
  })

  it('is taken with what an export has: roles in every organization, and fixed ones', () => {
    const [fixed] = [...definedRoles.keys()]
    const lines = [role({ orgId: 0 }), given({ orgId: 0 }), given({ id: 2, roleUid: fixed }), key()]
    expect(sourceOf(...people, account, ...lines).findings).toEqual([])
  })
})
