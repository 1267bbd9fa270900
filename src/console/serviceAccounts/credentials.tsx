import { may } from '../../auth/permissions.ts'
import type { PageContext } from '../env.ts'
import { Badge, Time } from '../ui/lists.tsx'

// What tokens of service accounts and API keys have alike.

export const Expiry = ({ c, at }: { c: PageContext; at: string | null | undefined }) => (
  <>
    <Time at={at} zone={c.var.zone} /> {at && Date.parse(at) <= c.var.now * 1000 && <Badge tone="bad">expired</Badge>}
  </>
)

/** As the API names who made a token: `user:7`, `serviceaccount:3`, or nobody who is known any more. */
export function Maker({ c, by }: { c: PageContext; by: string | null | undefined }) {
  const [kind, id = ''] = (by ?? '').split(':')
  if (kind === 'user') {
    const isSeen = may(c.var.viewer, 'users:read', `global.users:id:${id}`)
    return isSeen ? <a href={`/users/${id}`}>user {id}</a> : <>user {id}</>
  }
  if (kind === 'serviceaccount') return <a href={`/serviceaccounts/${id}`}>service account {id}</a>
  return <>unknown</>
}
