import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'

export const signUp = new Hono<AppEnv>({ strict: false })
