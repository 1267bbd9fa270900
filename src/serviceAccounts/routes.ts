import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'

export const serviceAccounts = new Hono<AppEnv>({ strict: false })
