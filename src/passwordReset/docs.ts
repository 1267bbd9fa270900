import type { Slice } from '../docs.ts'

export const passwordReset: Slice = {
  tag: 'Password reset',
  description: 'A new password, by a code sent to the e-mail address.',
  schemas: {},
  operations: [],
}
