import { Failure, Misuse } from '../failure.ts'
import { apiOptions, apiUsage, openApi } from './api.ts'
import { type Command, one, parsed } from './command.ts'
import { answer, remark, shown } from './output.ts'

const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Seconds; 0 = no end. */
function lifetime(text: string | undefined): number {
  if (text === undefined) return 0
  const [, count = '', unit = ''] = /^([1-9]\d{0,9})([smhd])$/.exec(text) ?? []
  if (!count) throw new Misuse('--lifetime is a number and a unit: 90d, 12h, 30m or 3600s')
  return Number(count) * (units[unit] ?? 1)
}

/** `users:read=global.users:*`: an action, and what it is allowed on. */
function permission(text: string) {
  const [action = '', ...scope] = text.split('=')
  return { action, scope: scope.join('=') }
}

const options = {
  ...apiOptions,
  lifetime: { type: 'string' },
  permission: { type: 'string', multiple: true },
  'service-account': { type: 'string' },
  org: { type: 'string' },
} as const

export const tokenCreate: Command = {
  name: 'token create',
  summary: 'A token: of your own, or of a service account',
  usage: `<name> [--lifetime <time>] [--permission <action>=<scope>]…
rollcall token create <name> --service-account <id> [--lifetime <time>] [--org <id>]

The token alone is on standard output, and is never shown again.

  --lifetime <time>        90d, 12h, 30m or 3600s; without, it has no end
  --permission <action>=<scope>
                           no more than this, as often as needed: users:read=global.users:*
  --service-account <id>   one of that service account
  --org <id>               the org of the service account, where it isn't your active one
${apiUsage}`,
  async run(args) {
    const { values, positionals } = parsed({ args, options, allowPositionals: true })
    const name = one(positionals, 'How the token is called')
    const { permission: permissions, 'service-account': account } = values
    if (account !== undefined && !/^\d+$/.test(account)) throw new Misuse('--service-account is an id')
    if (values.org !== undefined && !/^\d+$/.test(values.org)) throw new Misuse('--org is the id of an organization')
    if (account && permissions)
      throw new Misuse('A token of a service account may what the account may: no --permission')
    const wanted = { name, secondsToLive: lifetime(values.lifetime), permissions: permissions?.map(permission) }
    const api = await openApi(values, values.org)
    const path = account ? `/api/serviceaccounts/${account}/tokens` : '/api/user/tokens'
    const token = await api.ask<{ id: number; name: string; key: string }>('POST', path, wanted)
    if (typeof token?.key !== 'string') throw new Failure('No token came: is this the address of a Rollcall?')
    await answer(values.json, token, shown(token.key))
    remark(`Token ${shown(token.id)}: keep it now, it is not shown again`)
    return 0
  },
}
