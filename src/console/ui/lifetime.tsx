import { day } from '../../time.ts'
import type { Faults, Filled } from '../forms.ts'
import { Field } from './forms.tsx'

// How long a token or a key is good for: whoever makes one says it in days.

/** A number of whole days, or nothing for one without an end. */
export const isLifetime = (text: string) => /^([1-9]\d{0,4})?$/.test(text)

/** As the API takes it, where 0 is without an end. */
export const secondsOf = (text: string) => Number(text) * day

export const lifetimeFault: Faults = {
  fields: { days: 'A whole number of days from 1 to 99999, or nothing for one that never expires' },
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
