import type { Child } from 'hono/jsx'
import type { Answer, Refusal } from '../ask.ts'
import type { PageContext } from '../env.ts'
import { faultsOf, noFaults } from '../forms.ts'
import { newPages } from '../pages.ts'
import { Form } from '../ui/forms.tsx'
import { page } from '../ui/page.tsx'
import { signedInPage } from '../viewer.ts'
import { baseOf, demandHere, readUser, type User } from './user.tsx'

type Question = {
  title: string
  /** What happens then, and to whom. */
  children: Child
  action: string
  submit: string
  cancel: string
  isDanger?: boolean
}

/** Before something that isn't undone by a click: says what it is. What was refused is said on top. */
export const confirmPage = (c: PageContext, { title, children, ...form }: Question, refusal?: Refusal) =>
  page(
    c,
    {
      title,
      children: (
        <Form {...form} faults={refusal ? faultsOf(refusal) : noFaults}>
          {children}
        </Form>
      ),
    },
    refusal?.status,
  )

type Deed = {
  path: `/${string}`
  /** What the viewer must be allowed to do to the user. */
  permission: string
  question: (c: PageContext, user: User) => Omit<Question, 'action' | 'cancel'>
  /** Where somebody comes from who thinks better of it, after the path of the user. */
  from?: string
  send: (c: PageContext) => Promise<Answer<unknown>>
  /** Whether what was refused is there already, since the form was sent twice. */
  isDone?: (refusal: Refusal) => boolean
  after: (c: PageContext) => Response
}

/** A deed to the user of the path: a page that asks, and the deed itself. */
export function deedPages({ path, permission, question, from = '', send, isDone, after }: Deed) {
  const pages = newPages()
  async function confirm(c: PageContext, refusal?: Refusal) {
    const asked = question(c, await readUser(c))
    return confirmPage(c, { ...asked, action: baseOf(c) + path, cancel: baseOf(c) + from }, refusal)
  }
  pages.get(`/users/:id${path}`, signedInPage, (c) => {
    demandHere(c, permission)
    return confirm(c)
  })
  pages.post(`/users/:id${path}`, signedInPage, async (c) => {
    const answer = await send(c)
    return answer.ok || isDone?.(answer) ? after(c) : confirm(c, answer)
  })
  return pages
}
