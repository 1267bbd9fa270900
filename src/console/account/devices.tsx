import { notFound } from '../../errors.ts'
import { readId } from '../../input.ts'
import { ask, Refused, read } from '../ask.ts'
import { type Device, nameOf } from '../devices.ts'
import type { PageContext } from '../env.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Form } from '../ui/forms.tsx'
import { Badge, Table, Time } from '../ui/lists.tsx'
import { partOf } from '../ui/paging.tsx'
import { signedInPage } from '../viewer.ts'
import { accountPage, mayOwn } from './parts.tsx'

export const devicePages = newPages()

const perPage = 25

const readDevices = (c: PageContext) => read<Device[]>(c, '/api/user/auth-tokens?metadata=true')

/** The one at hand first, then whichever was seen last. */
const inOrder = (devices: readonly Device[]) =>
  devices.toSorted((a, b) => Number(b.isActive) - Number(a.isActive) || (a.seenAt < b.seenAt ? 1 : -1))

const SignOut = ({ device }: { device: Device }) => (
  <a href={`/profile/devices/${device.id}/sign-out`} aria-label={`Sign out ${nameOf(device)}`}>
    Sign out
  </a>
)

const From = ({ device: { place, clientIp } }: { device: Device }) => (
  <>
    {place || 'unknown'}
    {clientIp && (
      <>
        <br />
        {clientIp}
      </>
    )}
  </>
)

function List({ c, devices }: { c: PageContext; devices: readonly Device[] }) {
  const { zone, viewer } = c.var
  const { rows, pager } = partOf(c, inOrder(devices), perPage)
  return (
    <>
      <Table
        caption="Devices"
        columns={['Device', 'From', 'Signed in', 'Last seen', '']}
        rows={rows.map((device) => [
          nameOf(device),
          <From device={device} />,
          <Time at={device.createdAt} zone={zone} />,
          <Time at={device.seenAt} zone={zone} />,
          device.isActive ? (
            <Badge tone="good">this one</Badge>
          ) : (
            mayOwn(viewer, 'users:write') && <SignOut device={device} />
          ),
        ])}
        empty="You are signed in nowhere by a password in a browser."
      />
      {pager}
    </>
  )
}

const others = '/profile/devices/others/sign-out'

devicePages.get('/profile/devices', signedInPage, async (c) => {
  const devices = await readDevices(c)
  const hasOthers = devices.some(({ isActive }) => !isActive)
  return accountPage(c, {
    current: '/profile/devices',
    title: 'Devices',
    actions: hasOthers && mayOwn(c.var.viewer, 'users:write') && (
      <a class="button danger" href={others}>
        Sign out everywhere else
      </a>
    ),
    children: (
      <>
        <p>Where you are signed in. Sign out what you don’t know, and change your password then.</p>
        <List c={c} devices={devices} />
      </>
    ),
  })
})

devicePages.get(others, signedInPage, (c) =>
  accountPage(c, {
    current: '/profile/devices',
    title: 'Sign out everywhere else?',
    children: (
      <Form action={others} submit="Sign out everywhere else" isDanger cancel="/profile/devices">
        <p>Every session but the one at hand ends at once. Access tokens go on.</p>
      </Form>
    ),
  }),
)

devicePages.post(others, signedInPage, async (c) => {
  const answer = await ask(c, 'POST', '/api/user/revoke-other-auth-tokens')
  if (!answer.ok) throw new Refused(answer)
  return seeOther(c, '/profile/devices', 'others-signed-out')
})

devicePages.get('/profile/devices/:id/sign-out', signedInPage, async (c) => {
  const device = (await readDevices(c)).find(({ id }) => String(id) === c.req.param('id'))
  if (!device) throw notFound('You are not signed in there any more.')
  return accountPage(c, {
    current: '/profile/devices',
    title: 'Sign out this device?',
    children: (
      <Form
        action={`/profile/devices/${device.id}/sign-out`}
        submit="Sign out this device"
        isDanger
        cancel="/profile/devices"
      >
        <p>
          <strong>{nameOf(device)}</strong>
          {device.place && `, in ${device.place}`}, last seen <Time at={device.seenAt} zone={c.var.zone} />
        </p>
      </Form>
    ),
  })
})

/** Whoever sends it twice is told the same. */
devicePages.post('/profile/devices/:id/sign-out', signedInPage, async (c) => {
  const authTokenId = readId(c.req.param('id'))
  const answer = await ask(c, 'POST', '/api/user/revoke-auth-token', { authTokenId })
  if (!answer.ok && answer.status !== 404) throw new Refused(answer)
  return seeOther(c, '/profile/devices', 'signed-out')
})
