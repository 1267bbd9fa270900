// A request to Cloudflare's API, and the two things that an answer may be: a refusal, or a page of a list.

export type Call = { method: string; path: string; query: URLSearchParams; type: string; text: string; origin: string }

/** An answer of the API that is no success. */
export class Refused extends Error {
  readonly status: number
  readonly code: number

  constructor(status: number, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** All that there is fits on the first page. */
export const pageOf = (result: unknown, { query }: Call) =>
  Array.isArray(result) && Number(query.get('page') ?? 1) > 1 && query.has('per_page') ? [] : result
