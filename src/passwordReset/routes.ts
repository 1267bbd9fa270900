import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'

export const passwordReset = new Hono<AppEnv>({ strict: false })
