import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'

export const heldPermissions = new Hono<AppEnv>({ strict: false })
