import { Failure } from '../failure.ts'
import { ask } from '../wrangler.ts'

export const say = (text: string) => console.log(text)

export const shown = (args: string[]) =>
  `  $ npx wrangler ${args.map((arg) => (/[\s*]/.test(arg) ? `"${arg}"` : arg)).join(' ')}`

/** Wrangler's answer, with the command told first; its refusal stops everything. */
export function answerTo(args: string[], input?: string): string {
  say(shown(args))
  const { ok, stdout, output } = ask(args, input === undefined ? {} : { input })
  if (!ok) throw new Failure(`wrangler refused:\n${output}\nNot signed in? npx wrangler login`)
  return stdout
}
