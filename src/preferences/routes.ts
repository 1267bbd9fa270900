import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'

export const preferences = new Hono<AppEnv>({ strict: false })
