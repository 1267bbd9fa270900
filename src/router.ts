import { HonoBase } from 'hono/hono-base'
import type { Router } from 'hono/router'
import { TrieRouter } from 'hono/router/trie-router'
import type { AppEnv } from './env.ts'

/**
 * Hono's own choice among routers ends at this one, having tried a faster one that can't hold `/users/:id` beside
 * `/users/:userId/teams`: so that is neither tried nor carried along. Built at the first request, not as the module
 * starts, and never for a slice, whose routes the app takes over.
 */
function whenAsked<T>(): Router<T> {
  const routes: [method: string, path: string, handler: T][] = []
  let built: TrieRouter<T> | undefined
  function build() {
    const router = new TrieRouter<T>()
    for (const route of routes) router.add(...route)
    return router
  }
  return {
    name: 'TrieRouter',
    add: (...route) => routes.push(route),
    match(method, path) {
      built ??= build()
      return built.match(method, path)
    },
  }
}

/** Routes of a slice, or of the whole. Grafana trims one trailing slash on its API routes, hence `strict: false`. */
export const newRoutes = <E extends AppEnv = AppEnv>() => new HonoBase<E>({ strict: false, router: whenAsked() })
