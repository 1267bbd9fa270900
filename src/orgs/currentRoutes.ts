import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'

export const currentOrg = new Hono<AppEnv>({ strict: false })
