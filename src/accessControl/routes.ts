import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'

export const accessControl = new Hono<AppEnv>({ strict: false })
