import type { Slice } from '../docs.ts'

export const server: Slice = {
  tag: 'Server',
  description: 'Statistics and settings of the instance.',
  schemas: {},
  operations: [],
}
