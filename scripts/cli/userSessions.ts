// Where somebody is signed in, and how to end that.

import { Failure, Misuse } from '../failure.ts'
import { apiOptions, apiUsage, openApi } from './api.ts'
import { type Command, one, parsed } from './command.ts'
import { answer, answerList } from './output.ts'
import { findPerson, personText } from './people.ts'

type Session = {
  id: number
  clientIp: string
  device: string
  os: string
  browser: string
  place: string
  createdAt: string
  seenAt: string
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

export const userSessions: Command = {
  name: 'user sessions',
  summary: 'Where somebody is signed in',
  usage: `<login | e-mail | id>\n${apiUsage}`,
  async run(args) {
    const { values, positionals } = parsed({ args, options: apiOptions, allowPositionals: true })
    const who = one(positionals, 'Whose: a login, an e-mail or an id')
    const api = await openApi(values)
    const { id } = await findPerson(api, who)
    const sessions = await api.ask<Session[]>('GET', `/api/admin/users/${id}/auth-tokens?metadata=true`)
    if (!Array.isArray(sessions)) throw new Failure('No list came: is this the address of a Rollcall?')
    await answerList(values.json, each(sessions), {
      headings: ['ID', 'ADDRESS', 'PLACE', 'DEVICE', 'SINCE', 'LAST SEEN'],
      cells: (one) => [
        String(one.id),
        one.clientIp || '-',
        one.place || '-',
        `${one.browser} on ${one.os}`,
        one.createdAt,
        one.seenAt,
      ],
    })
    return 0
  },
}

const options = { ...apiOptions, session: { type: 'string' } } as const

export const userRevoke: Command = {
  name: 'user revoke',
  summary: 'Signs somebody out everywhere, or ends one session',
  usage: `<login | e-mail | id> [--session <id>]

Tokens stay: user disable ends those too.

  --session <id>    only this one, as user sessions lists it
${apiUsage}`,
  async run(args) {
    const { values, positionals } = parsed({ args, options, allowPositionals: true })
    const who = one(positionals, 'Whose: a login, an e-mail or an id')
    const { session } = values
    if (session !== undefined && !/^\d+$/.test(session)) throw new Misuse('--session is the id of one session')
    const api = await openApi(values)
    const person = await findPerson(api, who)
    const path = `/api/admin/users/${person.id}`
    if (session === undefined) await api.ask('POST', `${path}/logout`)
    else await api.ask('POST', `${path}/revoke-auth-token`, { authTokenId: Number(session) })
    const { id, login } = person
    const ended = session === undefined ? 'all' : Number(session)
    const what = session === undefined ? 'every session' : `session ${session}`
    await answer(values.json, { id, login, ended }, `Ended ${what} of ${personText(person)}`)
    return 0
  },
}
