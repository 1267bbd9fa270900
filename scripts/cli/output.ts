// What a command says: for people, or as one JSON document for programs.

/** A name can hold what steers a terminal, turns text around, or breaks a line in two; what a server sends can be no text at all. */
export const shown = (text: unknown) => String(text ?? '').replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '?')

/** Waits where the reader is slower, so that a long list is never all in memory. */
export async function write(text: string): Promise<void> {
  if (process.stdout.write(text)) return
  await new Promise<void>((resolve) => process.stdout.once('drain', resolve))
}

/** The answer of a command: `data` with --json, else `text`. */
export const answer = (isJson: boolean | undefined, data: unknown, text: string) =>
  write(`${isJson ? JSON.stringify(data, undefined, 2) : text}\n`)

/** What is worth knowing beside the answer, and no part of it. */
export const remark = (text: string) => console.error(text)

type Shape<Item> = { headings: readonly string[]; cells: (item: Item) => readonly string[] }

const line = (cells: readonly string[]) => `${cells.map(shown).join('\t')}\n`

async function* lines<Item>(items: AsyncIterable<Item>, { headings, cells }: Shape<Item>): AsyncGenerator<string> {
  let opening = line(headings)
  for await (const item of items) {
    yield opening + line(cells(item))
    opening = ''
  }
  yield opening
}

async function* array(items: AsyncIterable<unknown>): AsyncGenerator<string> {
  let opening = '[\n'
  for await (const item of items) {
    yield opening + JSON.stringify(item)
    opening = ',\n'
  }
  yield opening === '[\n' ? '[]\n' : '\n]\n'
}

/** A list as it comes, of which nothing is said where it can't be had: a JSON array, or a line each with tabs between, under a line of headings. */
export async function answerList<Item>(
  isJson: boolean | undefined,
  items: AsyncIterable<Item>,
  shape: Shape<Item>,
): Promise<void> {
  for await (const piece of isJson ? array(items) : lines(items, shape)) await write(piece)
}
