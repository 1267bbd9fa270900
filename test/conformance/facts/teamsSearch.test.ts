import { as, root, textIn } from '../../support/client.ts'
import { both, denied, facts, nine, noRoute, ok, unauthorized } from '../facts.ts'
import { by, editor, registerUpTo, second, user1, viewer } from '../people.ts'

const team = (id: number, name: string, avatar: string, more: { email?: string; memberCount?: number } = {}) => ({
  id,
  orgId: 1,
  name,
  email: more.email ?? '',
  avatarUrl: `/avatar/${avatar}`,
  memberCount: more.memberCount ?? 1,
  permission: 0,
  accessControl: null,
})
const teamA = team(1, 'Team A', 'ad50b66f37a1aac2417e6bc741f58678', { email: 'a@team.org' })
const small = team(2, 'team a', '81691c72d94ec6b8ae39a89bfbbca18a')
const bteam = team(3, 'Bteam', '9288fa37aaafa404ae241cb5e7198eeb')
const teamO = team(4, 'Team O', '1951e397df6a9f389170a8f706a39ded')
const teamOA = team(5, 'Team OA', '52cc5d604985ba18a1c4235d3f8ae2c0')
const accents = team(6, 'Ünï 100%_x', '287e9750ea9db3ea13d7443b36a1cd86')
const inOrder = [bteam, teamA, teamO, teamOA, small, accents]

type Team = typeof teamA
const page = (teams: Team[], { totalCount = teams.length, page = 1, perPage = 1000 } = {}) =>
  ok({ totalCount, teams, page, perPage })

const search = (query = '') => ({ who: root, ask: `GET /api/teams/search${query}` })

facts(
  'Team API > Team Search With Paging',
  nine,
  [
    { ...search(), name: 'all, byte by byte', gives: page(inOrder) },
    { ...search('/'), name: 'a slash at the end', gives: page(inOrder) },
    { ...search('?query=team'), name: 'text', gives: page(inOrder.slice(0, 5)) },
    { ...search('?query=TEAM'), name: 'text in capitals', gives: page(inOrder.slice(0, 5)) },
    { ...search('?query=Team%20A'), name: 'two words', gives: page([teamA, small].toSorted((a, b) => a.id - b.id)) },
    { ...search('?query=zzz'), name: 'text in none', gives: page([]) },
    { ...search('?name=Team%20A'), name: 'a name', gives: page([teamA]) },
    { ...search('?name=team%20a'), name: 'a name in small letters', gives: page([small]) },
    { ...search('?perpage=1'), name: 'one', gives: page([bteam], { totalCount: 6, perPage: 1 }) },
    {
      ...search('?perpage=1&page=2'),
      name: 'the second page',
      gives: page([teamA], { totalCount: 6, page: 2, perPage: 1 }),
    },
    { ...search('?perpage=0'), name: 'no rows', gives: page(inOrder) },
    { ...search('?perpage=-1'), name: 'rows below zero', gives: page(inOrder) },
    { ...search('?perpage=abc'), name: 'letters for rows', gives: page(inOrder) },
    { ...search('?page=0'), name: 'page zero', gives: page(inOrder) },
    { ...search('?page=99'), name: 'past the end', gives: page([], { totalCount: 6, page: 99 }) },
    { ...search('?sort=name-desc'), name: 'an order is ignored', gives: page(inOrder) },
    { ...search(), name: 'a viewer on no team', who: by(viewer), gives: denied('teams:read') },
    { ...search(), name: 'an editor on no team', who: by(editor), gives: denied('teams:read') },
    { ...search(), name: 'nobody', who: undefined, gives: unauthorized },
    { ...search(), name: 'not without search', ask: 'GET /api/teams', gives: noRoute, seenOn: both },
    { ...search(), name: "an Admin's key", who: { token: 'key' }, gives: page(inOrder) },
    { ...search(), name: "a Viewer's key", who: { token: 'viewer' }, gives: denied('teams:read') },
  ],
  async () => {
    await registerUpTo(editor)
    await as(root).post('/api/teams', { name: 'Team A', email: 'a@team.org' })
    for (const name of ['team a', 'Bteam', 'Team O', 'Team OA', 'Ünï 100%_x'])
      await as(root).post('/api/teams', { name })
    const key = await as(root).post('/api/auth/keys', { name: 'admin', role: 'Admin' })
    const less = await as(root).post('/api/auth/keys', { name: 'viewer', role: 'Viewer' })
    return { key: textIn(key.body, 'key'), viewer: textIn(less.body, 'key') }
  },
)

const joined = { ...teamA, memberCount: 4 }
const withCount = page([joined, small])

facts(
  'Team API > Team Search With Paging, for members',
  nine,
  [
    { ...search('?query=Team%20A'), name: 'members are counted', gives: withCount },
    { ...search(), name: 'a member sees its own', who: by(user1), gives: page([joined]) },
    { name: 'which it gets', who: by(user1), ask: 'GET /api/teams/1', gives: ok(joined) },
    { name: 'but no other', who: by(user1), ask: 'GET /api/teams/2', gives: denied('teams:read') },
    {
      name: 'nor its members',
      who: by(user1),
      ask: 'GET /api/teams/1/members',
      gives: denied('teams.permissions:read'),
    },
    {
      name: 'nor may it change it',
      who: by(user1),
      ask: 'PUT /api/teams/1',
      body: { name: 'x' },
      gives: denied('teams:write'),
    },
  ],
  async () => {
    for (const userId of [user1.id, second.id, editor.id]) await as(root).post('/api/teams/1/members', { userId })
    return {}
  },
)
