import type { Slice } from '../docs.ts'

export const roles: Slice = {
  tag: 'Roles',
  description: 'Lists of permissions that can be given to people, teams and service accounts.',
  schemas: {},
  operations: [],
}
