import type { Slice } from '../docs.ts'

export const quotas: Slice = {
  tag: 'Quotas',
  description: 'How much of something there may be.',
  schemas: {},
  operations: [],
}
