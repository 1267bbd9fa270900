import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'

export const roleAssignments = new Hono<AppEnv>({ strict: false })
