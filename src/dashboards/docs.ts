import type { Slice } from '../docs.ts'

export const dashboards: Slice = {
  tag: 'Dashboards',
  description: 'Only as targets of stars and of home dashboards.',
  schemas: {},
  operations: [],
}
