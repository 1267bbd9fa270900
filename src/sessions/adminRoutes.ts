import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'

export const adminSessions = new Hono<AppEnv>({ strict: false })
