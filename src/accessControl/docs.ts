import type { Slice } from '../docs.ts'

export const accessControl: Slice = {
  tag: 'Access control',
  description: 'What the caller may do, and who may manage a service account.',
  schemas: {},
  operations: [],
}
