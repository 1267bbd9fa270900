import type { Slice } from '../docs.ts'

export const invites: Slice = {
  tag: 'Invitations',
  description: 'Into an org, by a code bound to an e-mail address.',
  schemas: {},
  operations: [],
}
