import { parse } from 'hono/utils/cookie'
import type { RequestContext } from '../env.ts'

/** How far a browser has seen the database, where reads may come from nearby. */
export const bookmarkCookie = 'd1_bookmark'

// Written out, since clients were seen with exactly these attributes in exactly this order (Grafana 9.3.2).

function isSecure(c: RequestContext): boolean {
  const { cookieSecure, rootUrl } = c.var.config
  return cookieSecure ?? (rootUrl ?? c.req.url).startsWith('https:')
}

export const setCookie = (c: RequestContext, name: string, value: string, maxAge: number) =>
  c.header(
    'Set-Cookie',
    `${name}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly${isSecure(c) ? '; Secure' : ''}; SameSite=Lax`,
    {
      append: true,
    },
  )

export const readCookie = (c: RequestContext, name: string) => parse(c.req.header('Cookie') ?? '', name)[name]

export const readSessionCookie = (c: RequestContext) => readCookie(c, c.var.config.cookieName)

export const setSessionCookie = (c: RequestContext, token: string, maxAge: number) =>
  setCookie(c, c.var.config.cookieName, token, maxAge)

export const clearSessionCookie = (c: RequestContext) => setCookie(c, c.var.config.cookieName, '', 0)

/** Where to go after signing in: what was asked for. */
export function setReturnPath(c: RequestContext): void {
  const { pathname, search } = new URL(c.req.url)
  c.header('Set-Cookie', `redirect_to=${encodeURIComponent(pathname + search)}; Path=/; HttpOnly; SameSite=Lax`, {
    append: true,
  })
}

/** Where the sign-in page was asked to return to, used up by reading it. Only a path of this site: never another host. */
export function takeReturnPath(c: RequestContext): string | undefined {
  const path = readCookie(c, 'redirect_to')
  if (path === undefined) return undefined
  setCookie(c, 'redirect_to', '', 0)
  return /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path) ? path : undefined
}
