import { expect, expectPath, expectSame, expectText, fill, follow, press, type Slice } from './journey.ts'

type Permission = { action: string; scope: string }

export const roles: Slice = {
  name: 'roles',

  journeys: [
    {
      name: 'a role made, changed and deleted',
      as: 'server admin',
      run: async (page, { tag, world }) => {
        const uid = `reader-${tag}`
        await page.goto('/roles')
        await follow(page, 'New role')
        await fill(page, 'Name', `custom:${uid}`)
        await fill(page, 'Uid', uid)
        await fill(page, 'Action 1', 'users:no-such-thing')
        await press(page, 'Create the role')
        await page.locator('#row-1-fault').waitFor()
        await fill(page, 'Action 1', 'users:read')
        await fill(page, 'Scope 1', 'global.users:*')
        await press(page, 'More rows')
        await fill(page, 'Action 5', 'orgs:read')
        await press(page, 'Create the role')
        await expectPath(page, `/roles/${uid}`)
        await expectText(page, 'Permissions (2)')
        await follow(page, 'Edit')
        await fill(page, 'Description', 'Reads')
        await page.getByLabel('Remove row 1').check()
        await press(page, 'Save')
        await expectText(page, 'Saved.')
        const role = await world.admin<{ permissions: Permission[] }>('GET', `/api/access-control/roles/${uid}`)
        expectSame(role.permissions.length, 1, 'permissions that are left')
        await follow(page, 'Delete')
        await press(page, 'Delete the role')
        await expectPath(page, '/roles')
        await expectText(page, 'Deleted.')
      },
    },
    {
      name: 'two who change the same role',
      as: 'server admin',
      run: async (page, { tag, world, browserOf }) => {
        const uid = `shared-${tag}`
        await world.admin('POST', '/api/access-control/roles', {
          uid,
          name: `custom:${uid}`,
          version: 1,
          permissions: [],
        })
        const other = await browserOf('server admin')
        await page.goto(`/roles/${uid}/edit`)
        await other.goto(`/roles/${uid}/edit`)
        await fill(other, 'Description', 'as the first has it')
        await press(other, 'Save')
        await expectText(other, 'Saved.')
        await fill(page, 'Description', 'as the second has it')
        await press(page, 'Save')
        await expectText(page, 'Somebody else saved version')
        const differs = page.getByRole('table', { name: 'What differs' })
        await differs.getByText('as the first has it').waitFor()
        await differs.getByText('as the second has it').waitFor()
        await press(page, 'Save mine over it')
        await expectText(page, 'Saved.')
        await expectText(page, 'as the second has it')
      },
    },
    {
      name: 'a copy of a fixed role',
      as: 'server admin',
      run: async (page, { tag, world }) => {
        await page.goto('/roles?show=Fixed')
        await page.locator('#found tbody a').first().click()
        await expectText(page, 'A fixed role comes with Rollcall')
        expectSame(await page.getByRole('link', { name: 'Edit' }).count(), 0, 'links to edit a fixed role')
        await follow(page, 'Copy')
        await fill(page, 'Name', `custom:copy-${tag}`)
        await press(page, 'Create the role')
        await expectText(page, 'Created.')
        const all = await world.admin<{ name: string }[]>('GET', '/api/access-control/roles')
        expect(
          all.some(({ name }) => name === `custom:copy-${tag}`),
          'the copy is not there',
        )
      },
    },
    {
      name: 'a role given to somebody and taken away',
      as: 'server admin',
      run: async (page, { world: { role }, newcomer, browserOf }) => {
        const { id, cookie } = await newcomer('hanna')
        const own = await browserOf({ cookie })
        const status = async () => (await own.goto('/users'))?.status()
        expectSame(await status(), 403, 'the status of /users before')
        await page.goto(`/users/${id}/roles/new?query=${role}`)
        await press(page, 'Give in every organization')
        await expectText(page, 'Given.')
        expectSame(await status(), 200, 'the status of /users with the role')
        await follow(page, `Take away custom:${role}`)
        await page.getByLabel('Where it was given').selectOption('In every organization')
        await press(page, 'Take away')
        await expectText(page, 'Taken away.')
        expectSame(await status(), 403, 'the status of /users afterwards')
      },
    },
  ],

  stills: [
    { name: 'list', as: 'server admin', path: '/roles' },
    { name: 'new', as: 'server admin', path: '/roles/new' },
    { name: 'basic', as: 'server admin', path: '/roles/basic_viewer' },
    { name: 'edit', as: 'server admin', path: '/roles/basic_viewer/edit' },
    { name: 'reset', as: 'server admin', path: '/roles/hard-reset' },
    { name: 'assignments', as: 'server admin', path: ({ role }) => `/roles/${role}/assignments` },
    { name: 'delete', as: 'server admin', path: ({ role }) => `/roles/${role}/delete` },
  ],
}
