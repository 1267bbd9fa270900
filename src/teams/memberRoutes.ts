import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'

export const teamMembers = new Hono<AppEnv>({ strict: false })
