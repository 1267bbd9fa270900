import { newRoutes } from '../router.ts'
import type { ConsoleEnv } from './env.ts'

/** Pages of a slice, or all of them. */
export const newPages = () => newRoutes<ConsoleEnv>()
