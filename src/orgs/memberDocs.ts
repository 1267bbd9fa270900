import type { Slice } from '../docs.ts'

export const orgMembers: Slice = {
  tag: 'Organization members',
  description: 'Who is in an org, and as what.',
  schemas: {},
  operations: [],
}
