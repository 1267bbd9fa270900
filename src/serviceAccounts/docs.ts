import type { Slice } from '../docs.ts'

export const serviceAccounts: Slice = {
  tag: 'Service accounts',
  description: 'Accounts for programs, in one org.',
  schemas: {},
  operations: [],
}
