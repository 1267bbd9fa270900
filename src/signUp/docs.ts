import { boolean, literal, metadata, nonEmpty, object, optional, pipe, strictObject, string } from 'valibot'
import { answer, anyone, done, get, post, refused, type Slice, shared } from '../docs.ts'
import { foreignSite, mailFailed, tooManyRequests } from '../mail/docs.ts'

const word = optional(string(), '')
const notAllowed = refused(
  'User signup is disabled',
  'Unauthorized',
  'invalid username or password',
  'invalid API key',
  'Expired API key',
  'Service account is disabled',
  'Invalid Basic Auth Header',
)
const exampleCode = 'c0de'.repeat(16)

export const signUp: Slice = {
  tag: 'Sign-up',
  description: 'Accounts that people make for themselves, where `ALLOW_SIGN_UP` is on.',
  schemas: {},
  operations: [
    get('/api/user/signup/options', anyone('says only how sign-up is configured'), {
      id: 'getSignUpOptions',
      summary: 'How sign-up is configured',
      answers: {
        200: answer(
          'The configuration',
          strictObject({
            autoAssignOrg: pipe(
              boolean(),
              metadata({ description: 'Whether a new account joins the main org, or gets an org of its own' }),
            ),
            verifyEmailEnabled: pipe(
              boolean(),
              metadata({
                description: 'Whether the second step needs a code by mail: it does where mail is configured',
              }),
            ),
          }),
          { autoAssignOrg: true, verifyEmailEnabled: false },
        ),
        401: shared.Unauthorized,
        503: shared.NoAccountYet,
      },
    }),
    post('/api/user/signup', anyone('refused unless sign-up is on; limited by address'), {
      id: 'startSignUp',
      summary: 'Ask for an account',
      description:
        'Where mail is configured, a link with a code goes to the address; it is good for a day. At most one mail a minute.',
      body: { schema: object({ email: pipe(string(), nonEmpty()) }), example: { email: 'jane@example.org' } },
      answers: {
        200: answer('Begun', strictObject({ status: literal('SignUpCreated') }), { status: 'SignUpCreated' }),
        400: refused('Invalid email address', 'bad request data'),
        401: notAllowed,
        403: foreignSite,
        422: refused('User with same email address already exists'),
        429: tooManyRequests,
        502: mailFailed,
        503: shared.NoAccountYet,
      },
    }),
    post('/api/user/signup/step2', anyone('refused unless sign-up is on; needs the mailed code'), {
      id: 'completeSignUp',
      summary: 'Make the account',
      description:
        'Signs it in. `code` is needed where mail is configured, and is good once, for the address that it went to.',
      body: {
        schema: object({
          email: word,
          name: word,
          username: word,
          password: word,
          confirmPassword: optional(string()),
          code: word,
        }),
        example: {
          email: 'jane@example.org',
          name: 'Jane Doe',
          username: 'jane',
          password: 'new_password',
          code: exampleCode,
        },
      },
      answers: {
        200: {
          ...done(
            'User sign up completed successfully',
            { code: literal('redirect-to-landing-page') },
            { code: 'redirect-to-landing-page' },
          ),
          headers: { 'Set-Cookie': 'The session cookie' },
        },
        400: refused(
          'Password is missing or too short',
          'Passwords do not match',
          'Invalid username',
          'Invalid name',
          'Invalid email address',
          'A username that is an email address must be your own',
          'bad request data',
        ),
        401: { ...notAllowed, description: `User with same email address already exists · ${notAllowed.description}` },
        403: foreignSite,
        404: refused('Invalid email verification code'),
        429: tooManyRequests,
        503: refused('No account exists yet: the first administrator signs in before anybody signs up'),
      },
    }),
  ],
}
