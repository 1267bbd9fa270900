import type { Slice } from '../docs.ts'

export const signUp: Slice = {
  tag: 'Sign-up',
  description: 'Accounts that people make for themselves.',
  schemas: {},
  operations: [],
}
