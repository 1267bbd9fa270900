import { nonEmpty, object, optional, pipe, string } from 'valibot'
import { anyone, done, post, refused, type Slice, shared } from '../docs.ts'
import { foreignSite, noMail, tooManyRequests } from '../mail/docs.ts'

const word = optional(string(), '')

export const passwordReset: Slice = {
  tag: 'Password reset',
  description: 'A new password, by a code sent to the e-mail address.',
  schemas: {},
  operations: [
    post(
      '/api/user/password/send-reset-email',
      anyone("mails the account's own address, and answers alike for everybody; limited by address"),
      {
        id: 'sendResetEmail',
        summary: 'Have a link mailed that sets a new password',
        description:
          'The answer is the same for a name that nobody has. The link is good for two hours, once, until the password changes. At most one mail a minute for one account.',
        body: { schema: object({ userOrEmail: pipe(string(), nonEmpty()) }), example: { userOrEmail: 'jane' } },
        answers: {
          200: done('Email sent'),
          400: refused('bad request data'),
          401: shared.Unauthorized,
          403: foreignSite,
          412: noMail,
          429: tooManyRequests,
          503: shared.NoAccountYet,
        },
      },
    ),
    post('/api/user/password/reset', anyone('needs the code that was mailed'), {
      id: 'resetPassword',
      summary: 'Set the new password',
      description: 'Ends every session of the account.',
      body: {
        schema: object({ code: word, newPassword: word, confirmPassword: word }),
        example: {
          code: `32-${'c0de'.repeat(16)}`,
          newPassword: 'new_password',
          confirmPassword: 'new_password',
        },
      },
      answers: {
        200: done('User password changed'),
        400: refused(
          'Invalid or expired reset password code',
          'Passwords do not match',
          'New password is too short',
          'bad request data',
        ),
        401: shared.Unauthorized,
        403: foreignSite,
        503: shared.NoAccountYet,
      },
    }),
  ],
}
