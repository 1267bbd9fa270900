import type { Slice } from '../docs.ts'

export const currentOrg: Slice = {
  tag: 'Current organization',
  description: 'The org in which the caller acts.',
  schemas: {},
  operations: [],
}
