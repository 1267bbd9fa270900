import { api } from './api.ts'
import { openConsole } from './console/app.tsx'

const console = openConsole(api)

/**
 * All but pages, by the path as the router reads it. `/metrics` is where Prometheus looks by itself. `POST /login` takes JSON
 * alone, as in Grafana; a form goes to a page of its own.
 */
function isOfApi(request: Request): boolean {
  const path = api.getPath(request)
  return (
    /^\/((api|healthz)(\/|$)|metrics$)/.test(path) || /^(GET \/logout|POST \/login)$/.test(`${request.method} ${path}`)
  )
}

/** The whole Worker: the API, and pages for people beside it. */
export const app = {
  fetch: (request: Request, env: Env, ctx: ExecutionContext) =>
    (isOfApi(request) ? api : console).fetch(request, env, ctx),
}
