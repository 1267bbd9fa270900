import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'

export const server = new Hono<AppEnv>({ strict: false })
