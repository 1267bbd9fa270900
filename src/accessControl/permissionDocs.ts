import type { Slice } from '../docs.ts'

export const heldPermissions: Slice = {
  tag: 'Permissions',
  description: 'What somebody may do, and where they have it from.',
  schemas: {},
  operations: [],
}
