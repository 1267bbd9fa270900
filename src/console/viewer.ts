import { createMiddleware } from 'hono/factory'
import { setReturnPath } from '../auth/cookies.ts'
import { touchLater } from '../auth/lastSeen.ts'
import { may } from '../auth/permissions.ts'
import { accessDenied } from '../errors.ts'
import { isSafe } from '../input.ts'
import { askerOf } from './ask.ts'
import type { ConsoleEnv, PageContext } from './env.ts'
import { lookOf } from './look.ts'
import { withQuery } from './ui/lists.tsx'
import { readZone } from './zone.ts'

/** A page stands where what it shows stands in the API, so that its viewer is read once for both. */
const apiPathOf = (path: string) => (/^\/teams\/?$/.test(path) ? '/api/teams/search' : `/api${path}`)

/** The one page that shows what is so in the org of its address, `?targetOrgId=`; of others the forms would act elsewhere. */
const showsAnotherOrg = /^\/users\/[^/]+\/permissions\/?$/

/** To the sign-in page, and from there back to the one that was asked for. */
export function toSignIn(c: PageContext): Response {
  if (isSafe(c.req.method) && c.req.path !== '/') setReturnPath(c)
  return c.redirect('/login', 302)
}

/** A page for somebody who is signed in; whoever was given a password sees nothing else until they chose their own. */
export const signedInPage = createMiddleware<ConsoleEnv>(async (c, next) => {
  if (c.req.query('targetOrgId') !== undefined && !showsAnotherOrg.test(c.req.path))
    return c.redirect(withQuery(c.req.url, { targetOrgId: undefined }), 303)
  const identity = await askerOf(c, apiPathOf(c.req.path))
  c.set('identity', identity)
  if (identity.kind !== 'person') return toSignIn(c)
  if (identity.mustChangePassword && c.req.path !== '/profile/password') return c.redirect('/profile/password', 303)
  c.set('viewer', identity)
  c.set('zone', readZone(lookOf(identity).timezone))
  await next()
  touchLater(c, identity)
  return undefined
})

/** A form is shown only to whoever may send it; the API decides again. */
export function demand(c: PageContext, action: string, scope: string): void {
  if (!may(c.var.viewer, action, scope)) throw accessDenied(action, scope)
}
