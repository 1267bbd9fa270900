import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'

export const serviceAccountTokens = new Hono<AppEnv>({ strict: false })
