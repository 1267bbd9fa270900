import { badBody, both, facts, nine, ok, refuses, unauthorized } from '../facts.ts'
import { password, registerUpTo, user1 } from '../people.ts'

const options = { ask: 'GET /api/user/signup/options' }
const settings = ok({ autoAssignOrg: true, verifyEmailEnabled: false })

facts('Sign-up > options', both, [
  { ...options, name: 'nobody', gives: settings },
  { ...options, name: 'somebody', who: 'admin:admin', gives: settings },
  { ...options, name: 'with a slash', ask: 'GET /api/user/signup/options/', gives: settings },
])

const begin = { ask: 'POST /api/user/signup' }
const finish = { ask: 'POST /api/user/signup/step2' }
const disabled = refuses(401, 'User signup is disabled')
const account = { email: 'n@example.org', username: 'n', password, code: '' }

facts('Sign-up, where it is off', both, [
  { ...begin, name: 'an e-mail', body: { email: 'new@example.org' }, gives: disabled },
  { ...begin, name: 'an e-mail in use', body: { email: user1.email }, gives: disabled },
  { ...begin, name: 'no e-mail at all', body: { email: 'x' }, gives: disabled },
  { ...begin, name: 'broken JSON', body: '{"login": ', gives: badBody, seenOn: nine },
  { ...begin, name: 'nothing', body: {}, gives: badBody, seenOn: nine },
  { ...begin, name: 'an empty e-mail', body: { email: '' }, gives: badBody, seenOn: nine },
  { ...begin, name: 'a number', body: { email: 5 }, gives: badBody, seenOn: nine },
  { ...begin, name: 'a list', body: [], gives: badBody, seenOn: nine },
  { ...begin, name: 'null', body: 'null', gives: badBody, seenOn: nine },
  { ...begin, name: 'no body', gives: badBody, seenOn: nine },
  { ...begin, name: 'by GET', ask: 'GET /api/user/signup', gives: unauthorized },
  { ...finish, name: 'the second step', body: account, gives: disabled },
  { ...finish, name: 'the second step with nothing', body: {}, gives: disabled },
  { ...finish, name: 'the second step with broken JSON', body: '{"login": ', gives: badBody, seenOn: nine },
  { ...finish, name: 'the second step with no body', gives: badBody, seenOn: nine },
  { ...finish, name: 'the second step by GET', ask: 'GET /api/user/signup/step2', gives: unauthorized },
])

const reset = { ask: 'POST /api/user/password/reset' }
const send = { ask: 'POST /api/user/password/send-reset-email' }
const invalid = refuses(400, 'Invalid or expired reset password code')

facts(
  'Password reset',
  both,
  [
    { ...send, name: 'for nobody', body: {}, gives: badBody, seenOn: nine },
    { ...send, name: 'for an empty name', body: { userOrEmail: '' }, gives: badBody, seenOn: nine },
    { ...send, name: 'with broken JSON', body: '{"login": ', gives: badBody, seenOn: nine },
    { ...send, name: 'with a number', body: { userOrEmail: 5 }, gives: badBody, seenOn: nine },
    { ...send, name: 'with no body', gives: badBody, seenOn: nine },
    { ...send, name: 'by GET', ask: 'GET /api/user/password/send-reset-email', gives: unauthorized },
    {
      ...reset,
      name: 'a code that is none',
      body: { code: 'x', newPassword: password, confirmPassword: password },
      gives: invalid,
    },
    {
      ...reset,
      name: 'a code that is none, before the passwords',
      body: { code: 'x', newPassword: password, confirmPassword: 'other' },
      gives: invalid,
    },
    {
      ...reset,
      name: 'a short password with it',
      body: { code: 'x', newPassword: 'a', confirmPassword: 'a' },
      gives: invalid,
    },
    { ...reset, name: 'nothing', body: {}, gives: invalid },
    { ...reset, name: 'broken JSON', body: '{"login": ', gives: badBody, seenOn: nine },
    { ...reset, name: 'no body', gives: badBody, seenOn: nine },
    { ...reset, name: 'by GET', ask: 'GET /api/user/password/reset', gives: unauthorized },
  ],
  async () => {
    await registerUpTo(user1)
    return {}
  },
)
