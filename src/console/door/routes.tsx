import { newPages } from '../pages.ts'
import { invitationPages } from './invitation.tsx'
import { passwordResetPages } from './passwordReset.tsx'
import { signInPages } from './signIn.tsx'
import { signUpPages } from './signUp.tsx'

/** Where somebody comes in who isn't signed in. */
export const door = newPages()

for (const pages of [signInPages, passwordResetPages, invitationPages, signUpPages]) door.route('/', pages)
