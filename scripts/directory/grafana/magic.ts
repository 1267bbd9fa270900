// What a file is, by how it begins.

import { closeSync, openSync, readSync } from 'node:fs'

export function beginsWith(file: string, text: string): boolean {
  const buffer = Buffer.alloc(text.length)
  const descriptor = openSync(file, 'r')
  try {
    return readSync(descriptor, buffer) === text.length && buffer.toString('latin1') === text
  } finally {
    closeSync(descriptor)
  }
}

export const isSqlite = (file: string) => beginsWith(file, 'SQLite format 3\0')
