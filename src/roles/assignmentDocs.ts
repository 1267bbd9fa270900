import type { Slice } from '../docs.ts'

export const roleAssignments: Slice = {
  tag: 'Role assignments',
  description: 'Who was given which roles, in one org or in all.',
  schemas: {},
  operations: [],
}
