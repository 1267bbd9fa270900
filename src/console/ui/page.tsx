import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Person } from '../../auth/identity.ts'
import { may, mayOnServer, maySome } from '../../auth/permissions.ts'
import type { PageContext } from '../env.ts'
import { lookOf } from '../look.ts'
import { noticeOf } from '../notices.ts'

type Link = { href: string; label: string }

/** Only where the viewer has something to see: the API decides again behind each. */
function menuOf(viewer: Person): { title: string; links: Link[] }[] {
  const link = (isShown: boolean, href: string, label: string): Link[] => (isShown ? [{ href, label }] : [])
  // On a page about another org it isn't known what they may in the one that these links lead to.
  const isElsewhere = viewer.orgId !== viewer.user.orgId
  return [
    {
      title: 'Server',
      links: [
        ...link(may(viewer, 'server.stats:read', ''), '/', 'Overview'),
        ...link(may(viewer, 'users:read', 'global.users:*'), '/users', 'Users'),
        ...link(mayOnServer(viewer, 'orgs:read', ''), '/orgs', 'Organizations'),
        ...link(mayOnServer(viewer, 'audit:read', ''), '/audit', 'Audit log'),
      ],
    },
    {
      title: 'Organization',
      links: [
        ...link(isElsewhere || may(viewer, 'orgs:write', ''), '/org', 'Settings'),
        ...link(isElsewhere || maySome(viewer, 'org.users:read'), '/org/users', 'Members'),
        ...link(isElsewhere || may(viewer, 'org.users:add', 'users:*'), '/org/invites', 'Invitations'),
        ...link(isElsewhere || maySome(viewer, 'teams:read'), '/teams', 'Teams'),
        ...link(isElsewhere || maySome(viewer, 'serviceaccounts:read'), '/serviceaccounts', 'Service accounts'),
        ...link(isElsewhere || maySome(viewer, 'roles:read'), '/roles', 'Roles'),
      ],
    },
    {
      title: 'You',
      links: [
        { href: '/profile', label: 'Account' },
        { href: '/docs/', label: 'API reference' },
        { href: '/logout', label: 'Sign out' },
      ],
    },
  ].filter(({ links }) => links.length > 0)
}

const isUnder = (path: string, href: string) => path === href || (href !== '/' && path.startsWith(`${href}/`))

/** The longest address that the page is under: `/org/users` is not `/org`. */
const currentOf = (path: string, links: Link[]) =>
  links.filter(({ href }) => isUnder(path, href)).sort((a, b) => b.href.length - a.href.length)[0]

function Menu({ viewer, path }: { viewer: Person; path: string }) {
  const groups = menuOf(viewer)
  const current = currentOf(
    path,
    groups.flatMap(({ links }) => links),
  )
  return (
    <nav id="menu" aria-label="Main">
      {groups.map(({ title, links }) => (
        <section>
          <h2>{title}</h2>
          <ul>
            {links.map((link) => (
              <li>
                <a href={link.href} aria-current={link === current ? 'page' : undefined}>
                  {link.label}
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  )
}

type PageProps = {
  title: string
  /** Beside the heading: what can be done here. */
  actions?: Child
  /** Under the heading, such as tabs. */
  under?: Child
  children?: Child
}

/** `system` of an account sets it against what is preferred. */
const themes = ['light', 'dark', 'system']

/**
 * `light` or `dark`; undefined = as the system has it. An external account's own is what another system said once, and
 * its owner can't change it: what is preferred counts then.
 */
function themeOf(viewer: Person): string | undefined {
  const own = viewer.user.authModule === null ? viewer.user.theme : ''
  const theme = [own, lookOf(viewer).theme].find((text) => themes.includes(text))
  return theme === 'system' ? undefined : theme
}

function Document({ c, title, actions, under, children }: PageProps & { c: PageContext }) {
  const { viewer, zone } = c.var
  // Whoever has to choose a password first has nowhere else to go.
  const insider = viewer?.mustChangePassword ? undefined : viewer
  const notice = noticeOf(c)
  return (
    <html lang="en" data-theme={viewer && themeOf(viewer)} data-zone={zone ? undefined : 'browser'}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title} · Rollcall</title>
        <link rel="icon" href="/console/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/console/console.css" />
        <script src="/console/console.js" defer></script>
      </head>
      <body class={insider ? 'app' : 'door'}>
        <a class="skip" href="#content">
          Skip to content
        </a>
        <header class="bar">
          <a class="brand" href="/">
            Rollcall
          </a>
          {insider && (
            <>
              <a class="to-menu" href="#menu">
                Menu
              </a>
              <a class="who" href="/profile">
                {insider.user.name || insider.user.login}
              </a>
            </>
          )}
        </header>
        <main id="content" tabindex={-1}>
          <div class="head">
            <h1>{title}</h1>
            {actions && <div class="actions">{actions}</div>}
          </div>
          {under}
          {notice && (
            <p class="notice" role="status">
              {notice}
            </p>
          )}
          {children}
        </main>
        {insider && <Menu viewer={insider} path={c.req.path} />}
      </body>
    </html>
  )
}

/** A whole page. Hono's JSX escapes whatever is put into it. */
export const page = (c: PageContext, props: PageProps, status: ContentfulStatusCode = 200) =>
  c.html(`<!doctype html>${<Document c={c} {...props} />}`, status)
