import type { Slice } from '../docs.ts'

export const serviceAccountTokens: Slice = {
  tag: 'Service account tokens',
  description: 'What a service account signs in with.',
  schemas: {},
  operations: [],
}
