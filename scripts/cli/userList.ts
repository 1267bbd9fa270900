import { Failure, Misuse } from '../failure.ts'
import { type Api, apiOptions, apiUsage, openApi } from './api.ts'
import { type Command, parsed } from './command.ts'
import { answerList } from './output.ts'

type Listed = {
  id: number
  login: string
  email: string
  name: string
  isAdmin: boolean
  isDisabled: boolean
  lastSeenAt: string
}

const perPage = 1000

const stateOf = ({ isAdmin, isDisabled }: Listed) =>
  [isAdmin ? 'admin' : '', isDisabled ? 'disabled' : ''].filter(Boolean).join(',') || '-'

/** Page by page, each asked for when the one before was read; a page may be empty and yet not the last. */
async function* peopleOf(api: Api, query: URLSearchParams): AsyncGenerator<Listed> {
  let cursor: string | undefined = ''
  while (cursor !== undefined) {
    query.set('cursor', cursor)
    const page: { users: Listed[]; cursor?: string } = await api.ask('GET', `/api/users/search?${query}`)
    if (!Array.isArray(page?.users) || page.cursor === cursor) throw new Failure('No list came: is this a Rollcall?')
    yield* page.users
    cursor = page.cursor
  }
}

const options = {
  ...apiOptions,
  query: { type: 'string' },
  admins: { type: 'boolean' },
  disabled: { type: 'boolean' },
  enabled: { type: 'boolean' },
  'never-seen': { type: 'boolean' },
  'not-seen-since': { type: 'string' },
  sort: { type: 'string' },
} as const

export const userList: Command = {
  name: 'user list',
  summary: 'People, all of them or those that fit',
  usage: `[--query <text>] [--admins] [--disabled | --enabled] [--never-seen] [--not-seen-since <time>] [--sort <order>]

A line each, with tabs between: id, login, e-mail, name, state, last seen. However many there are.

  --query <text>           in login, e-mail or name
  --admins                 server admins
  --disabled, --enabled    only such accounts
  --never-seen             who was never there
  --not-seen-since <time>  who was not there since: 2026-01-31T00:00:00Z, or seconds since 1970
  --sort <order>           login-asc (as it is without), email-asc, name-asc, lastSeenAtAge-asc, or each with -desc
${apiUsage}`,
  async run(args) {
    const { values } = parsed({ args, options })
    if (values.disabled && values.enabled) throw new Misuse('--disabled and --enabled exclude each other')
    const query = new URLSearchParams({
      perpage: String(perPage),
      ...(values.query && { query: values.query }),
      ...(values.admins && { isAdmin: 'true' }),
      ...(values.disabled && { isDisabled: 'true' }),
      ...(values.enabled && { isDisabled: 'false' }),
      ...(values['never-seen'] && { neverSeen: 'true' }),
      ...(values['not-seen-since'] && { lastSeenBefore: values['not-seen-since'] }),
      ...(values.sort && { sort: values.sort }),
    })
    await answerList(values.json, peopleOf(await openApi(values), query), {
      headings: ['ID', 'LOGIN', 'EMAIL', 'NAME', 'STATE', 'LAST SEEN'],
      cells: (one) => [String(one.id), one.login, one.email, one.name, stateOf(one), one.lastSeenAt],
    })
    return 0
  },
}
