import { as, root } from '../../support/client.ts'
import { both, denied, type Fact, facts, nine, ok, unauthorized, wrongPassword } from '../facts.ts'
import {
  admin,
  by,
  editor,
  hits,
  percent,
  type Recorded,
  registerUpTo,
  second,
  unicode,
  user1,
  user2,
  viewer,
} from '../people.ts'

async function everybody() {
  await registerUpTo(unicode)
  await as(root).post('/api/orgs', { name: 'Second Org' })
  await as(root).post('/api/orgs/2/users', { loginOrEmail: second.login, role: 'Admin' })
  await as(root).post(`/api/users/${second.id}/using/2`)
  return {}
}

/** By login, byte by byte: capitals before small letters before letters outside ASCII. */
const all = [user2, admin, editor, percent, second, user1, viewer, unicode]
const list = ok(hits(...all))
const listOf = (...people: Recorded[]) => ok(hits(...people))
const get = (query: string, gives = list, name = query || 'no parameter'): Fact => ({
  name,
  who: root,
  ask: `GET /api/users${query}`,
  gives,
})

/** Parameters that mean nothing here; the size of a page is `perpage`. */
const ignored = [
  '?filter=admin',
  '?filter=activeLast30Days',
  '?is_disabled=true',
  '?authModule=ldap',
  '?limit=2',
  '?perPage=2',
  '?orgId=1',
  '?accesscontrol=true',
]

facts(
  'User API > Search Users',
  both,
  [
    get(''),
    get('?perpage=2', listOf(user2, admin)),
    get('?perpage=2&page=1', listOf(user2, admin)),
    get('?perpage=2&page=2', listOf(editor, percent)),
    get('?perpage=2&page=999', ok([]), 'a page beyond the end is empty'),
    get('?perpage=abc'),
    get('?perpage=1.5'),
    get('?page=abc'),
    get('?page=0'),
    get('?page=-1'),
    get('?query=user1', listOf(user1)),
    get('?query=user', listOf(user2, percent, user1)),
    get('?query='),
    get('?query=pct%25', listOf(percent)),
    get('?query=r_n', ok([])),
    get('?query=%5C', ok([]), 'a backslash'),
    get('?query=Ed%20Itor', listOf(editor)),
    get('?query=nomatchxyz', ok([])),
    get('?query=example.org&perpage=3&page=2', listOf(second, user1, viewer), 'a page of what was found'),
    get('?query=user&query=admin', listOf(user2, percent, user1), 'the first of two'),
    get('?query=%00', list, 'a NUL is as good as nothing'),
    get('?query=%zz', list, 'a broken escape is as good as nothing'),
    get('?sort=bogus'),
    get('?sort='),
    ...ignored.map((query) => ({ ...get(query), seenOn: nine })),
    { ...get('?activeLast30Days=true', listOf(admin, second, viewer), 'only who was here'), seenOn: nine },
    { name: 'nobody', ask: 'GET /api/users', gives: unauthorized },
    { name: 'a viewer', who: by(viewer), ask: 'GET /api/users', gives: denied('users:read'), seenOn: nine },
    {
      name: "an org's administrator",
      who: by(second),
      ask: 'GET /api/users',
      gives: denied('users:read'),
      seenOn: nine,
    },
    { name: 'a wrong password', who: 'admin:wrongpw', ask: 'GET /api/users', gives: wrongPassword, seenOn: nine },
  ],
  everybody,
)

const page = (totalCount: number, people: Recorded[], page = 1, perPage = 1000) =>
  ok({ totalCount, users: hits(...people), page, perPage })
const everyone = (number = 1, perPage = 1000) => page(all.length, all, number, perPage)
const search = (query: string, gives = everyone(), name = query || 'no parameter'): Fact => ({
  name,
  who: root,
  ask: `GET /api/users/search${query}`,
  gives,
})

facts('User API > Search Users with Paging', both, [
  search(''),
  search('?perpage=2&page=1', page(8, [user2, admin], 1, 2)),
  search('?page=2', page(8, [], 2), 'beyond the end the total stays'),
  search('?perpage=0'),
  search('?perpage=-1'),
  search('?perpage=1.5'),
  search('?perpage=100000000', everyone(1, 100_000_000), 'there is no largest page'),
  search('?page=abc'),
  search('?page=-1'),
  search('?query=user1', page(1, [user1])),
  search('?query=USER', page(3, [user2, percent, user1]), 'in any letter case'),
  search('?query=user', page(3, [user2, percent, user1])),
  search('?query='),
  search('?query=pct%25', page(1, [percent])),
  search('?query=r_n', page(0, [])),
  search('?query=%C3%BC', page(1, [unicode]), 'a letter outside ASCII'),
  search('?query=%20', page(6, [user2, editor, percent, user1, viewer, unicode]), 'a blank is text'),
  search('?query=Ed+Itor', page(1, [editor]), 'a plus is a blank'),
  search('?query=nomatchxyz', page(0, [])),
  search('?query=example.org&perpage=3&page=2', page(7, [second, user1, viewer], 2, 3)),
  search('?query=%zz', everyone(), 'a broken escape is as good as nothing'),
  search('?sort=login-asc'),
  search('?sort=bogus'),
  search('?sort='),
  ...ignored.map((query) => ({ ...search(query), seenOn: nine })),
  { name: 'a viewer', who: by(viewer), ask: 'GET /api/users/search', gives: denied('users:read'), seenOn: nine },
  {
    name: "an org's administrator",
    who: by(second),
    ask: 'GET /api/users/search',
    gives: denied('users:read'),
    seenOn: nine,
  },
  { name: 'an unknown name', who: 'nosuch:wrongpw', ask: 'GET /api/users/search', gives: wrongPassword, seenOn: nine },
])
