// One account: to look at, to make, to switch off and on, to delete.

import { Misuse } from '../failure.ts'
import { apiOptions, apiUsage, openApi } from './api.ts'
import { type Command, one, parsed } from './command.ts'
import { answer, shown } from './output.ts'
import { findPerson, type Person, personText } from './people.ts'
import { newPassword } from './secretInput.ts'

const describe = (person: Person): string =>
  [
    ['id', String(person.id)],
    ['login', person.login],
    ['email', person.email],
    ['name', person.name],
    ['active org', String(person.orgId ?? 'none')],
    ['server admin', person.isGrafanaAdmin ? 'yes' : 'no'],
    ['disabled', person.isDisabled ? 'yes' : 'no'],
    ['signs in', person.isExternal ? 'elsewhere' : 'here'],
    ['created', person.createdAt],
  ]
    .map(([what = '', value = '']) => `${what.padEnd(14)}${shown(value)}`)
    .join('\n')

export const userShow: Command = {
  name: 'user show',
  summary: 'One person',
  usage: `<login | e-mail | id>\n${apiUsage}`,
  async run(args) {
    const { values, positionals } = parsed({ args, options: apiOptions, allowPositionals: true })
    const who = one(positionals, 'Whom: a login, an e-mail or an id')
    const person = await findPerson(await openApi(values), who)
    await answer(values.json, person, describe(person))
    return 0
  },
}

const createOptions = {
  ...apiOptions,
  email: { type: 'string' },
  name: { type: 'string' },
  org: { type: 'string' },
  'must-change-password': { type: 'boolean' },
} as const

export const userCreate: Command = {
  name: 'user create',
  summary: 'Makes an account',
  usage: `<login> [--email <address>] [--name <name>] [--org <id>] [--must-change-password]

The password is asked for at the terminal, or is the first line of standard input, or ROLLCALL_NEW_PASSWORD.

  --email <address>        the login, where it isn't said
  --org <id>               joins it as Viewer; org 1 where it isn't said
  --must-change-password   at the first sign-in
${apiUsage}`,
  async run(args) {
    const { values, positionals } = parsed({ args, options: createOptions, allowPositionals: true })
    const login = one(positionals, 'Whom: a login')
    const { email, name, org = '0' } = values
    if (!/^\d+$/.test(org)) throw new Misuse('--org is the id of an organization')
    const api = await openApi(values)
    const mustChangePassword = values['must-change-password'] ?? false
    const wanted = { login, email, name, orgId: Number(org), mustChangePassword, password: await newPassword() }
    const { id } = await api.ask<{ id: number }>('POST', '/api/admin/users', wanted)
    await answer(values.json, { id, login }, `Made ${personText({ id, login })}`)
    return 0
  },
}

type Deed = { verb: 'disable' | 'enable'; done: string; summary: string }

const switching = ({ verb, done, summary }: Deed): Command => ({
  name: `user ${verb}`,
  summary,
  usage: `<login | e-mail | id>\n${apiUsage}`,
  async run(args) {
    const { values, positionals } = parsed({ args, options: apiOptions, allowPositionals: true })
    const who = one(positionals, 'Whom: a login, an e-mail or an id')
    const api = await openApi(values)
    const { id, login } = await findPerson(api, who)
    await api.ask('POST', `/api/admin/users/${id}/${verb}`)
    await answer(values.json, { id, login, isDisabled: verb === 'disable' }, `${done} ${personText({ id, login })}`)
    return 0
  },
})

export const userDisable = switching({
  verb: 'disable',
  done: 'Disabled',
  summary: 'Ends the sessions and tokens of an account, until it is enabled again',
})
export const userEnable = switching({ verb: 'enable', done: 'Enabled', summary: 'Lets a disabled account in again' })

export const userDelete: Command = {
  name: 'user delete',
  summary: 'Deletes an account for good, with its sessions, tokens, memberships and stars',
  usage: `<login | e-mail | id> --yes\n${apiUsage}`,
  async run(args) {
    const options = { ...apiOptions, yes: { type: 'boolean' } } as const
    const { values, positionals } = parsed({ args, options, allowPositionals: true })
    const who = one(positionals, 'Whom: a login, an e-mail or an id')
    if (!values.yes) throw new Misuse('That is for good: add --yes. To keep the account, user disable')
    const api = await openApi(values)
    const person = await findPerson(api, who)
    await api.ask('DELETE', `/api/admin/users/${person.id}`)
    await answer(values.json, { id: person.id, login: person.login }, `Deleted ${personText(person)}`)
    return 0
  },
}
