import { secretHash } from '../auth/secrets.ts'
import { newCode } from '../mail/links.ts'

/** A code names its person, so that it is found without being stored. */
export const newResetCode = (userId: number) => `${userId}-${newCode()}`

/** The person that a code names, if it can be a code at all. */
export function ownerOf(code: string): number | undefined {
  const [, id] = /^(\d{1,15})-[0-9a-f]{64}$/.exec(code) ?? []
  return id === undefined ? undefined : Number(id)
}

/** What is stored is bound to the password that the code is to replace: whichever way that one changes, the code is void. */
export const resetHash = (code: string, passwordHash: string | null) => secretHash(`${code}\n${passwordHash ?? ''}`)
