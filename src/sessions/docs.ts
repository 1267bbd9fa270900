import {
  array,
  boolean,
  integer,
  metadata,
  nonEmpty,
  number,
  object,
  optional,
  picklist,
  pipe,
  strictObject,
  string,
} from 'valibot'
import { answer, anyone, done, get, id, post, query, refused, type Slice, shared, signedIn, time } from '../docs.ts'

const setsCookie = { 'Set-Cookie': 'The session cookie, `grafana_session` unless configured otherwise' }

export const AuthToken = strictObject({
  id,
  isActive: pipe(boolean(), metadata({ description: 'Whether it is the session of this request' })),
  clientIp: string(),
  device: pipe(
    string(),
    metadata({ description: '`Other` for a desktop, and for a session whose details are not known' }),
  ),
  os: string(),
  osVersion: string(),
  browser: string(),
  browserVersion: string(),
  createdAt: time,
  seenAt: time,
  place: optional(
    pipe(
      string(),
      metadata({
        description: 'Where Cloudflare saw the address, such as `Paris, FR` or `FR`; empty where it did not say',
      }),
    ),
  ),
})

/** Rollcall's own, beside what Grafana shows. */
export const withPlaces = query('metadata', '`true` says from where too', optional(picklist(['true', 'false'])))

export const chromeOnLinux = {
  id: 361,
  isActive: true,
  clientIp: '127.0.0.1',
  device: 'Other',
  os: 'Linux',
  osVersion: '',
  browser: 'Chrome',
  browserVersion: '72.0',
  createdAt: '2019-03-05T20:22:54Z',
  seenAt: '2019-03-06T18:41:06Z',
}

export const safariOnPhone = {
  id: 364,
  isActive: false,
  clientIp: '127.0.0.1',
  device: 'iPhone',
  os: 'iOS',
  osVersion: '11.0',
  browser: 'Mobile Safari',
  browserVersion: '11.0',
  createdAt: '2019-03-06T18:41:19Z',
  seenAt: '2019-03-06T18:41:21Z',
}

const words = pipe(string(), nonEmpty())

export const sessions: Slice = {
  tag: 'Sign-in',
  description: 'Sessions: opening, listing and ending them.',
  schemas: { AuthToken },
  operations: [
    post('/login', anyone('this is where one signs in'), {
      id: 'signIn',
      summary: 'Open a session',
      description:
        'After five failures within five minutes an account is locked for the address they came from, after a hundred in a row for every address that it was never signed in from; sessions and tokens go on.',
      body: { schema: object({ user: words, password: words }), example: { user: 'admin', password: 'old_password' } },
      answers: {
        200: {
          ...done('Logged in', {
            redirectUrl: optional(
              pipe(string(), metadata({ description: 'The path that the cookie `redirect_to` asked to return to' })),
            ),
          }),
          headers: setsCookie,
        },
        400: refused('bad login data'),
        401: refused('Invalid username or password'),
        429: {
          ...refused('Too many failed sign-ins: try again later'),
          headers: { 'Retry-After': 'Seconds until failures no longer count' },
        },
        503: shared.NoAccountYet,
      },
    }),
    get('/logout', anyone('ends only the session whose cookie comes with it'), {
      id: 'signOut',
      summary: 'End the session of the cookie',
      description: 'The same without a cookie, and with one that is no session.',
      credentials: ['none', 'session'],
      answers: {
        302: {
          description: 'Sent on to `/login`',
          headers: { Location: '`/login`', 'Set-Cookie': 'Clears the session cookie' },
        },
      },
    }),
    get('/api/login/ping', anyone('says only whether the credential is good'), {
      id: 'checkCredential',
      summary: 'Whether the credential is good',
      description: 'A JSON object; Grafana 9.3.2 sends the bare words.',
      credentials: ['basic', 'bearer', 'session'],
      answers: { 200: done('Logged in'), 401: shared.Unauthorized, 503: shared.NoAccountYet },
    }),
    get('/api/user/auth-tokens', signedIn('users:read', 'a 404'), {
      id: 'listOwnSessions',
      summary: 'Where one is signed in',
      description:
        'The device comes from a store that may be a minute late: until it is seen there a session shows an unknown device.',
      parameters: [withPlaces],
      answers: {
        200: answer('The live sessions', array(AuthToken), [chromeOnLinux, safariOnPhone]),
        404: refused('User not found'),
      },
    }),
    post('/api/user/revoke-other-auth-tokens', signedIn('users:write', 'a 404'), {
      id: 'revokeOtherSessions',
      summary: 'End all other sessions of oneself',
      description: "Rollcall's own. By a password or a token, which are no session, all of them.",
      answers: { 200: done('Other user auth tokens revoked'), 404: refused('User not found') },
    }),
    post('/api/user/revoke-auth-token', signedIn('users:write', 'a 404'), {
      id: 'revokeOwnSession',
      summary: 'End another session of oneself',
      body: {
        schema: object({ authTokenId: optional(pipe(number(), integer()), 0) }),
        example: { authTokenId: 364 },
      },
      answers: {
        200: done('User auth token revoked'),
        400: refused('Cannot revoke active user auth token', 'bad request data'),
        404: refused('User auth token not found', 'User not found'),
      },
    }),
  ],
}
