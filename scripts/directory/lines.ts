// A file line by line, however long it is, without a promise: records are an `Iterable`.

import { isUtf8 } from 'node:buffer'
import { closeSync, openSync, readSync } from 'node:fs'

const chunkBytes = 1 << 20
/** No row that a database takes makes a longer one, with every character escaped. */
const maxLine = 1 << 24

/** `text` is undefined where the line is no text: not UTF-8, or longer than any. */
export type Line = { number: number; text: string | undefined }

const textOf = (bytes: Buffer) => (bytes.length <= maxLine && isUtf8(bytes) ? bytes.toString('utf8') : undefined)

/** `see` gets every byte of the file, in order. Ends after a line that is too long: what follows is none of ours. */
export function* linesOf(file: string, see: (bytes: Buffer) => void = () => {}): Generator<Line> {
  const descriptor = openSync(file, 'r')
  try {
    let number = 0
    let rest = Buffer.alloc(0)
    const chunk = Buffer.alloc(chunkBytes)
    for (let size = readSync(descriptor, chunk); size > 0; size = readSync(descriptor, chunk)) {
      see(chunk.subarray(0, size))
      const text = Buffer.concat([rest, chunk.subarray(0, size)])
      let from = 0
      for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, from)) {
        yield { number: ++number, text: textOf(text.subarray(from, at)) }
        from = at + 1
      }
      rest = text.subarray(from)
      if (rest.length > maxLine) break
    }
    if (rest.length > 0) yield { number: ++number, text: textOf(rest) }
  } finally {
    closeSync(descriptor)
  }
}
