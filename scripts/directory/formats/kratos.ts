// People for Ory Kratos: each a body of POST /admin/identities, for the identity schema in docs/export.md.
// https://www.ory.com/docs/kratos/manage-identities/import-user-accounts-identities

import { type Carried, type Hash, type Person, readHash, unknownHash, unpadded } from './people.ts'

/** As JSON Schema's `format: email` has it in Kratos. */
const email = /^[^\s@"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/
const isEmail = (text: string) => text.length <= 254 && email.test(text)

/** Kratos reads PHC strings, in base64 without padding. */
const phc = (hash: Hash) =>
  hash.scheme === 'argon2id'
    ? hash.phc
    : `$pbkdf2-sha256$i=${hash.iterations},l=${hash.hash.length}$${unpadded(hash.salt)}$${unpadded(hash.hash)}`

export function toKratos(user: Person): Carried {
  const hash = user.passwordHash ? readHash(user.passwordHash) : undefined
  const hasEmail = isEmail(user.email)
  const body = {
    schema_id: 'rollcall',
    state: user.isDisabled ? 'inactive' : 'active',
    traits: { username: user.login, ...(hasEmail ? { email: user.email } : {}), name: user.name ?? '' },
    ...(hash ? { credentials: { password: { config: { hashed_password: phc(hash) } } } } : {}),
    metadata_admin: { rollcall: { id: user.id, uid: user.uid } },
  }
  const missing = [
    ...(hasEmail ? [] : ['the e-mail is not carried: Kratos takes it for none']),
    ...(user.passwordHash && !hash ? [unknownHash] : []),
    ...(user.mustChangePassword ? ['need not choose a new password there, as they had to here'] : []),
  ]
  return { body, missing }
}
