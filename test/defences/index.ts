import { authorization } from './authorization.ts'
import { credentials } from './credentials.ts'
import type { Defence } from './defence.ts'
import { guessing } from './guessing.ts'
import { http } from './http.ts'
import { identity } from './identity.ts'
import { reliability } from './reliability.ts'
import { sessions } from './sessions.ts'

/** A line at least for each class of docs/threat-model.md; `npm run test:defences` takes away each in turn. */
export const defences: Defence[] = [
  ...credentials,
  ...guessing,
  ...sessions,
  ...authorization,
  ...identity,
  ...http,
  ...reliability,
]
