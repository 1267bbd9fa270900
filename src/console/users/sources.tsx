import type { Child } from 'hono/jsx'
import { may } from '../../auth/permissions.ts'
import type { PageContext } from '../env.ts'
import { titleOfUid } from '../roles/rules.ts'

/** Where the API says that a permission comes from: which of the rest there is goes by the kind. */
export type Source = {
  kind: string
  uid?: string
  name?: string
  teamId?: number
  isAdmin?: boolean
  global?: boolean
  builtInRole?: string | undefined
  serviceAccountId?: number
  permission?: string
}

/** Who sees roles need not see teams, and the other way round. */
const linked = (isShown: boolean, href: string, words: string): Child => (isShown ? <a href={href}>{words}</a> : words)

const team = (c: PageContext, { teamId = 0 }: Source) =>
  linked(may(c.var.viewer, 'teams:read', `teams:id:${teamId}`), `/teams/${teamId}`, `team ${teamId}`)

/** One that comes with Rollcall has a title for people, another the name that it was given. */
function role(c: PageContext, { uid = '', name = uid }: Source): Child {
  const title = titleOfUid(uid)
  const isShown = may(c.var.viewer, 'roles:read', `roles:uid:${uid}`)
  return linked(isShown, `/roles/${encodeURIComponent(uid)}`, title === uid ? name : title)
}

function account(c: PageContext, { serviceAccountId: id = 0 }: Source): Child {
  const isShown = may(c.var.viewer, 'serviceaccounts:read', `serviceaccounts:id:${id}`)
  return linked(isShown, `/serviceaccounts/${id}`, `service account ${id}`)
}

const words: Record<string, (c: PageContext, source: Source) => readonly Child[]> = {
  'server admin': (c, source) => ['server admin (', role(c, source), ')'],
  'basic role': (c, source) => ['basic role ', role(c, source)],
  role: (c, source) => ['role ', role(c, source), source.global ? ', given in every organization' : ''],
  'team role': (c, source) => ['role ', role(c, source), ' of ', team(c, source)],
  'builtin role': (c, source) => ['role ', role(c, source), ` of every ${source.builtInRole}`],
  team: (c, source) => [source.isAdmin ? 'admin of ' : 'member of ', team(c, source)],
  'service account': (c, source) => [
    `${source.permission} on `,
    account(c, source),
    ...(source.teamId === undefined ? [] : [' by ', team(c, source)]),
  ],
}

export const SourceOf = ({ c, source }: { c: PageContext; source: Source }) => (
  <>{words[source.kind]?.(c, source) ?? source.kind}</>
)
