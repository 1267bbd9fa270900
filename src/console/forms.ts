import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { badRequest } from '../errors.ts'
import { readWhole } from '../input.ts'
import type { Refusal } from './ask.ts'
import type { PageContext } from './env.ts'

/** What was filled in: the first of each name, empty where there is none; `all` for boxes that share a name. */
export type Filled = { text: (name: string) => string; all: (name: string) => string[]; has: (name: string) => boolean }

const isForm = (request: Request) =>
  /^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.headers.get('Content-Type') ?? '')

/** A form as browsers send it, as bounded as any body. */
export async function readForm(c: PageContext): Promise<Filled> {
  if (!isForm(c.req.raw)) throw badRequest('A form was expected')
  const fields = new URLSearchParams(await readWhole(c.req.raw))
  return {
    text: (name) => fields.get(name) ?? '',
    all: (name) => fields.getAll(name),
    has: (name) => fields.has(name),
  }
}

/** What is in the fields before anybody filled them in. */
export const filledWith = (values: Record<string, string | number | boolean | undefined>): Filled => ({
  text: (name) => (values[name] === undefined ? '' : String(values[name])),
  all: (name) => (values[name] === undefined ? [] : [String(values[name])]),
  has: (name) => values[name] === true,
})

/** Why a form was refused: next to the field that it is about, or above them all. */
export type Faults = { form?: string; fields: Record<string, string> }

export const noFaults: Faults = { fields: {} }

/** The API names no field: the first whose pattern fits the message is meant. */
export function faultsOf({ message }: Refusal, patterns: Record<string, RegExp> = {}): Faults {
  const [field] = Object.entries(patterns).find(([, pattern]) => pattern.test(message)) ?? []
  return field === undefined ? { form: message, fields: {} } : { fields: { [field]: message } }
}

type Retold = readonly [pattern: RegExp, words: string]

/** What the API says for programs, for people: `words` is what whatever it can't take is for want of, `others` the rest. */
export function inWords(
  refusal: Refusal,
  words = 'Something is missing here',
  others: readonly Retold[] = [],
): Refusal {
  const all: readonly Retold[] = [...others, [/^bad request data$/i, words]]
  const [, message = refusal.message] = all.find(([pattern]) => pattern.test(refusal.message)) ?? []
  return { ...refusal, message }
}

/** Said of logins and e-mails, with what was typed. */
export const isTaken: Retold = [/ already exists$/, 'That login or e-mail belongs to somebody already']

/** The tag of what a form was filled with, as the API makes them; what isn't one is no condition that can be sent. */
export const conditionOf = (tag: string): Record<string, string> =>
  /^"[\w-]{1,100}"$/.test(tag) ? { 'If-Match': tag } : {}

/** A form as it is shown again with why it was refused. */
export type Returned = { filled: Filled; faults: Faults; status: ContentfulStatusCode }

/** The same of one of several forms on a page. */
export type ReturnedForm = Returned & { form: string }

/** What is in a form: what was typed, if it is the one that comes back, else what is so. */
export function stateOf(form: string, values: Parameters<typeof filledWith>[0], returned: ReturnedForm | undefined) {
  if (returned?.form !== form) return { filled: filledWith(values), faults: noFaults }
  const { filled, faults } = returned
  return { filled, faults }
}

/** A form as it comes back; `patterns` tell which field the API means. */
export const returnedBy = (form: string, filled: Filled, refusal: Refusal, patterns: Record<string, RegExp>) => ({
  form,
  filled,
  faults: faultsOf(refusal, patterns),
  status: refusal.status,
})
