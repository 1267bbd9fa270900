import type { Slice } from '../docs.ts'

export const adminSessions: Slice = {
  tag: 'Sessions of others',
  description: 'The devices of any person, for administrators.',
  schemas: {},
  operations: [],
}
