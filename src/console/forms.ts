import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { badRequest } from '../errors.ts'
import { readWhole } from '../input.ts'
import { type Refusal, statusOf } from './ask.ts'
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

/** What the API says of whatever it can't take tells a person nothing. */
export const inWords = (refusal: Refusal, words = 'Something is missing here'): Refusal =>
  refusal.message === 'bad request data' ? { ...refusal, message: words } : refusal

/** One form of several on a page, as it is shown again with why it was refused. */
export type Returned = { form: string; filled: Filled; faults: Faults; status: ContentfulStatusCode }

/** What is in a form: what was typed, if it is the one that comes back, else what is so. */
export function stateOf(form: string, values: Parameters<typeof filledWith>[0], returned: Returned | undefined) {
  if (returned?.form !== form) return { filled: filledWith(values), faults: noFaults }
  const { filled, faults } = returned
  return { filled, faults }
}

/** A form as it comes back; `patterns` tell which field the API means. */
export const returnedBy = (form: string, filled: Filled, refusal: Refusal, patterns: Record<string, RegExp>) => ({
  form,
  filled,
  faults: faultsOf(refusal, patterns),
  status: statusOf(refusal),
})
