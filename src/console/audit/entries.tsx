import type { auditEntry } from '../../audit/views.ts'
import type { Person } from '../../auth/identity.ts'
import type { PageContext } from '../env.ts'
import { Badge, Table, Time } from '../ui/lists.tsx'

export type Entry = ReturnType<typeof auditEntry>

/** Where things of a kind have a page. What is of one organization is found only by whoever acts there. */
const places: Record<string, { path: string; isOfOrg: boolean }> = {
  'users:id': { path: '/users', isOfOrg: false },
  'orgs:id': { path: '/orgs', isOfOrg: false },
  'roles:uid': { path: '/roles', isOfOrg: false },
  'teams:id': { path: '/teams', isOfOrg: true },
  'serviceaccounts:id': { path: '/serviceaccounts', isOfOrg: true },
}

function linkTo(thing: string, orgId: number, viewer: Person): string | undefined {
  const [, kind = '', id = ''] = /^(\w+:(?:id|uid)):([\w-]+)$/.exec(thing) ?? []
  const place = places[kind]
  return place && (!place.isOfOrg || orgId === viewer.orgId) ? `${place.path}/${id}` : undefined
}

/** `user:7` as the scope that it would be as a target. */
const thingOf = (actor: string) => actor.replace(/^(user|serviceaccount):(\d+)$/, '$1s:id:$2')

/** Long names may be broken behind their colons and dots, and nowhere else. */
const Jointed = ({ text }: { text: string }) => (
  <>
    {text.split(/(?<=[:.])/).map((part) => (
      <>
        {part}
        <wbr />
      </>
    ))}
  </>
)

type LinkProps = { href: string | undefined; text: string }

const linked = ({ href, text }: LinkProps) => {
  if (text === '') return ''
  const shown = <Jointed text={text} />
  return href === undefined ? shown : <a href={href}>{shown}</a>
}

function Who({ entry, viewer }: { entry: Entry; viewer: Person }) {
  const { actor, login, credential, orgId } = entry
  const details = [login && actor, credential && `by ${credential}`].filter(Boolean).join(', ')
  return (
    <>
      {actor === '' ? 'a stranger' : linked({ href: linkTo(thingOf(actor), orgId, viewer), text: login || actor })}{' '}
      {details && <small>{details}</small>}
    </>
  )
}

const Outcome = ({ outcome }: { outcome: number }) =>
  outcome < 400 ? <Badge tone="good">done</Badge> : <Badge tone="bad">refused: {outcome}</Badge>

/** Enough of it to see which belong together; the whole is there to be copied from the title. */
const RequestId = ({ id }: { id: string }) => <code title={id}>{id.slice(0, 8)}</code>

const columns = ['Time', 'Who', 'Action', 'Target', 'Org', 'Address', 'Outcome', 'Request']

export function Entries({ c, items, empty }: { c: PageContext; items: readonly Entry[]; empty: string }) {
  const { viewer, zone } = c.var
  const cellsOf = (entry: Entry) => [
    <Time at={entry.time} zone={zone} />,
    <Who entry={entry} viewer={viewer} />,
    <code>
      <Jointed text={entry.action} />
    </code>,
    linked({ href: linkTo(entry.target, entry.orgId, viewer), text: entry.target }),
    entry.orgId === 0 ? '' : <a href={`/orgs/${entry.orgId}`}>{entry.orgId}</a>,
    entry.address.includes(':') ? <Jointed text={entry.address} /> : entry.address,
    <Outcome outcome={entry.outcome} />,
    <RequestId id={entry.requestId} />,
  ]
  return (
    <div class="log">
      <Table caption="Audit log" columns={columns} rows={items.map(cellsOf)} empty={empty} />
    </div>
  )
}
