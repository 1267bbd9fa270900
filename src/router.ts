import { HonoBase } from 'hono/hono-base'
import { TrieRouter } from 'hono/router/trie-router'
import type { AppEnv } from './env.ts'

/**
 * Routes of a slice, or of the whole. Grafana trims one trailing slash on its API routes, hence `strict: false`. Hono's
 * own choice among routers ends at this one too, having tried a faster one that can't hold `/users/:id` beside
 * `/users/:userId/teams`: so that is neither tried at a cold start nor carried along.
 */
export const newRoutes = () => new HonoBase<AppEnv>({ strict: false, router: new TrieRouter() })
