import type { Slice } from '../docs.ts'

export const preferences: Slice = {
  tag: 'Preferences',
  description: 'Of a person, a team and an org.',
  schemas: {},
  operations: [],
}
