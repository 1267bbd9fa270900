import { api } from './api.ts'
import { openConsole } from './console/app.tsx'

const console = openConsole(api)

/** Spelled as the router reads it, or not at all. */
function pathOf(request: Request): string {
  const { pathname } = new URL(request.url)
  try {
    return decodeURI(pathname)
  } catch {
    return pathname
  }
}

/** All but pages. `POST /login` takes JSON alone, as in Grafana; a form goes to a page of its own. */
const isOfApi = (request: Request) =>
  /^\/(api|healthz)(\/|$)/.test(pathOf(request)) ||
  /^(GET \/logout|POST \/login)\/?$/.test(`${request.method} ${pathOf(request)}`)

/** The whole Worker: the API, and pages for people beside it. */
export const app = {
  fetch: (request: Request, env: Env, ctx: ExecutionContext) =>
    (isOfApi(request) ? api : console).fetch(request, env, ctx),
}
