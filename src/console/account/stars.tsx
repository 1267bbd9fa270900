import { may } from '../../auth/permissions.ts'
import type { dashboardHit } from '../../dashboards/views.ts'
import { ask, Refused, read } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { seeOther } from '../notices.ts'
import { newPages } from '../pages.ts'
import { Form } from '../ui/forms.tsx'
import { Table } from '../ui/lists.tsx'
import { NumberedPager, pageIn } from '../ui/paging.tsx'
import { signedInPage } from '../viewer.ts'
import { accountPage, Few, mayOwn } from './parts.tsx'

export const starPages = newPages()

const perPage = 25

type Hit = ReturnType<typeof dashboardHit>

/** A dashboard may have fifty, of two hundred characters. */
const shownTags = 5

const emptyWords = (c: PageContext) => {
  if (pageIn(c) > 1) return 'That was the last page.'
  return may(c.var.viewer, 'dashboards:read', 'dashboards:*')
    ? 'You have starred no dashboard here. A client stars one by POST /api/user/stars/dashboard/uid/…'
    : 'You may read no dashboards here, and so see no stars.'
}

starPages.get('/profile/stars', signedInPage, async (c) => {
  const hits = await read<Hit[]>(c, `/api/search?starred=true&limit=${perPage}&page=${pageIn(c)}`)
  const rows = hits.map(({ title, tags, uid }) => [
    title,
    <Few items={tags} shown={shownTags} />,
    mayOwn(c.var.viewer, 'users:write') && (
      <Form action={`/profile/stars/${uid}/delete`} submit="Remove the star" about={title} isInline />
    ),
  ])
  return accountPage(c, {
    current: '/profile/stars',
    title: 'Starred dashboards',
    children: (
      <>
        <p>In the organization that you act in.</p>
        <Table caption="Starred dashboards" columns={['Title', 'Tags', '']} rows={rows} empty={emptyWords(c)} />
        <NumberedPager c={c} perPage={perPage} shown={rows.length} />
      </>
    ),
  })
})

/** Whoever sends it twice is told the same; nothing is lost that a client can't star again. */
starPages.post('/profile/stars/:uid/delete', signedInPage, async (c) => {
  const path = `/api/user/stars/dashboard/uid/${encodeURIComponent(c.req.param('uid'))}`
  const answer = await ask(c, 'DELETE', path)
  if (!answer.ok && answer.status !== 404) throw new Refused(answer)
  return seeOther(c, '/profile/stars', 'removed')
})
