import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'

export const roles = new Hono<AppEnv>({ strict: false })
