import { newPages } from '../pages.ts'
import { devicePages } from './devices.tsx'
import { membershipPages } from './memberships.tsx'
import { newTokenPages } from './newToken.tsx'
import { passwordPages } from './password.tsx'
import { permissionPages } from './permissions.tsx'
import { profilePages } from './profile.tsx'
import { starPages } from './stars.tsx'
import { tokenPages } from './tokens.tsx'

/** In the order in which they are asked: `/profile/tokens/new` comes before `/profile/tokens/:id`. */
export const account = newPages()
account.route('/', profilePages)
account.route('/', passwordPages)
account.route('/', devicePages)
account.route('/', membershipPages)
account.route('/', starPages)
account.route('/', newTokenPages)
account.route('/', tokenPages)
account.route('/', permissionPages)
