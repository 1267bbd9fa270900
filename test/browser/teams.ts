import {
  choose,
  expectFault,
  expectPath,
  expectSame,
  expectText,
  fill,
  follow,
  press,
  type Slice,
  statusAt,
} from './journey.ts'

export const teams: Slice = {
  name: 'teams',

  journeys: [
    {
      name: 'made, filled and deleted',
      as: 'org admin',
      run: async (page, { tag, newcomer, world }) => {
        const { login } = await newcomer('fritz')
        await page.goto('/teams')
        await follow(page, 'New team')
        await fill(page, 'Name', 'Night shift')
        await press(page, 'Create the team')
        await expectFault(page)
        await fill(page, 'Name', `Day shift ${tag}`)
        await press(page, 'Create the team')
        await expectPath(page, /^\/teams\/\d+$/)
        const path = new URL(page.url()).pathname
        await fill(page, 'Name', `Early shift ${tag}`)
        await press(page, 'Save')
        await expectText(page, 'Saved.')
        await follow(page, 'Members')
        await fill(page, 'Login or e-mail', 'nobody-of-this-name')
        await press(page, 'Add')
        await expectText(page, 'Nobody in the organization is called so')
        await fill(page, 'Login or e-mail', login)
        await choose(page, 'On the team', 'Member')
        await press(page, 'Add')
        await expectText(page, 'Added.')
        const row = page.getByRole('row', { name: new RegExp(`^${login}`) })
        await row.getByRole('button', { name: /^Make an admin/ }).click()
        await expectText(page, 'Saved.')
        await row.getByText('admin', { exact: true }).waitFor()
        await follow(page, `Remove ${login}`)
        await press(page, 'Remove from the team')
        await expectText(page, 'Removed.')
        const members = await world.admin<{ login: string }[]>('GET', `/api${path}/members`)
        expectSame(
          members.map((member) => member.login),
          ['olga-admin'],
          'the members',
        )
        await follow(page, 'Team')
        await follow(page, 'Delete')
        await press(page, 'Delete the team')
        await expectPath(page, '/teams')
        await expectText(page, 'Deleted.')
        expectSame(await statusAt(page, path), 404, 'the status of its page')
      },
    },
    {
      name: 'whom a part of a name may mean',
      as: 'org admin',
      run: async (page, { tag, world }) => {
        const { teamId } = await world.admin<{ teamId: number }>('POST', '/api/teams', { name: `Late shift ${tag}` })
        await page.goto(`/teams/${teamId}/members`)
        await fill(page, 'Login or e-mail', 'person-1')
        await press(page, 'Add')
        await press(page, 'Add person-12')
        await expectText(page, 'Added.')
        await page.getByRole('row', { name: /^person-12/ }).waitFor()
      },
    },
    {
      name: 'seen by who is on it, and managed by its admin',
      as: 'stranger',
      run: async (_, { tag, world, newcomer, browserOf }) => {
        const { teamId } = await world.admin<{ teamId: number }>('POST', '/api/teams', { name: `Own shift ${tag}` })
        const { id, cookie } = await newcomer('greta')
        await world.admin('POST', `/api/teams/${teamId}/members`, { userId: id })
        const page = await browserOf({ cookie })
        await page.goto('/profile/teams')
        await follow(page, `Own shift ${tag}`)
        await expectPath(page, `/teams/${teamId}`)
        expectSame(await page.getByRole('button', { name: 'Save' }).count(), 0, 'buttons of a member')
        await world.admin('PUT', `/api/teams/${teamId}/members/${id}`, { permission: 4 })
        await page.reload()
        await fill(page, 'Name', `Our shift ${tag}`)
        await press(page, 'Save')
        await expectText(page, 'Saved.')
      },
    },
  ],

  stills: [
    { name: 'list', as: 'org admin', path: '/teams' },
    { name: 'new', as: 'org admin', path: '/teams/new' },
    { name: 'detail', as: 'org admin', path: ({ team }) => `/teams/${team}` },
    { name: 'members', as: 'org admin', path: ({ team }) => `/teams/${team}/members` },
    { name: 'preferences', as: 'org admin', path: ({ team }) => `/teams/${team}/preferences` },
    { name: 'roles', as: 'org admin', path: ({ team }) => `/teams/${team}/roles` },
    { name: 'delete', as: 'org admin', path: ({ team }) => `/teams/${team}/delete` },
  ],
}
