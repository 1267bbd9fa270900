import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'

export const quotas = new Hono<AppEnv>({ strict: false })
