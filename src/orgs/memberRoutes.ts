import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'

export const orgMembers = new Hono<AppEnv>({ strict: false })
