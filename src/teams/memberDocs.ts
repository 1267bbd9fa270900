import type { Slice } from '../docs.ts'

export const teamMembers: Slice = {
  tag: 'Team members',
  description: 'Who is on a team, and as what.',
  schemas: {},
  operations: [],
}
