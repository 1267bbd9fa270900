// People for Logto: each a body of POST /api/users of its Management API.
// https://docs.logto.io/user-management/user-migration

import { type Carried, type Hash, type Person, readHash, unknownHash } from './people.ts'

/** Logto's own patterns (@logto/core-kit) and the width of its columns. */
const username = /^[A-Z_a-z]\w*$/
const email = /^\S+@\S+\.\S+$/
const width = 128

const fits = (text: string, pattern: RegExp) => text.length <= width && pattern.test(text)

/** Text as it is, bytes by Logto's notation for them (logto-io/logto#8387); `@` alone would stand for the password. */
function saltOf(salt: Uint8Array): string {
  const text = Buffer.from(salt).toString('latin1')
  return /^[A-Za-z0-9]+$/.test(text) ? text : `hex:${Buffer.from(salt).toString('hex')}`
}

function passwordOf(hash: Hash) {
  if (hash.scheme === 'argon2id') return { passwordAlgorithm: 'Argon2id', passwordDigest: hash.phc }
  const { salt, iterations, hash: bytes } = hash
  const args = [saltOf(salt), String(iterations), String(bytes.length), 'sha256', '@']
  return {
    passwordAlgorithm: 'Legacy',
    passwordDigest: JSON.stringify(['pbkdf2', args, Buffer.from(bytes).toString('hex')]),
  }
}

const disabled = 'left out: the account is disabled, and Logto makes every account active'
const nameless = 'left out: Logto takes neither the login nor the e-mail'

const namesOf = ({ login, email: address }: Person) => ({
  ...(fits(login, username) ? { username: login } : {}),
  ...(fits(address, email) ? { primaryEmail: address } : {}),
})

function lacking(user: Person, names: ReturnType<typeof namesOf>, hash: Hash | undefined): string[] {
  const name = user.name ?? ''
  return [
    ...(names.username ? [] : ['signs in there by e-mail only: Logto takes letters, digits and _ in a username']),
    ...(names.primaryEmail ? [] : ['the e-mail is not carried: Logto takes it for none']),
    ...(name.length <= width ? [] : [`the name is cut to ${width} characters`]),
    ...(user.passwordHash && !hash ? [unknownHash] : []),
    ...(user.mustChangePassword ? ['need not choose a new password there, as they had to here'] : []),
  ]
}

export function toLogto(user: Person): Carried {
  if (user.isDisabled) return { missing: [disabled] }
  const names = namesOf(user)
  if (!names.username && !names.primaryEmail) return { missing: [nameless] }
  const hash = user.passwordHash ? readHash(user.passwordHash) : undefined
  const body = {
    ...names,
    name: (user.name ?? '').slice(0, width),
    ...(hash ? passwordOf(hash) : {}),
    customData: { rollcall: { id: user.id, uid: user.uid } },
  }
  return { body, missing: lacking(user, names, hash) }
}
