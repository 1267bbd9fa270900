import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'

export const invites = new Hono<AppEnv>({ strict: false })
