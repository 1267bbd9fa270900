import { may } from '../../auth/permissions.ts'
import type { PageContext } from '../env.ts'
import type { Faults, Filled } from '../forms.ts'
import { Field } from '../ui/forms.tsx'
import { Badge, Time } from '../ui/lists.tsx'

// What tokens of service accounts and API keys have alike.

const day = 86_400

/** A number of whole days, or nothing for one without an end. */
export const isLifetime = (text: string) => /^\d{0,5}$/.test(text)

export const secondsOf = (text: string) => Number(text) * day

export const lifetimeFault: Faults = {
  fields: { days: 'A whole number of days up to 99999, or nothing for one that never expires' },
}

export const Lifetime = ({ filled, faults }: { filled: Filled; faults: Faults }) => (
  <Field
    name="days"
    label="Expires after so many days"
    hint="Left empty, it never expires."
    type="number"
    filled={filled}
    faults={faults}
    autocomplete="off"
  />
)

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
