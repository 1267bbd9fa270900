import { array, pipe, regex, string } from 'valibot'
import { answer, del, done, get, pathParameter, post, refused, type Slice, signedIn } from '../docs.ts'

const byId = pathParameter('id', 'The dashboard, by number')
const byUid = pathParameter('uid', 'The dashboard', pipe(string(), regex(/^[A-Za-z0-9_-]{1,40}$/)))

const write = signedIn('users:write', 'a 404')
const noUser = refused('user not found')
const invalidId = refused('Invalid dashboard ID', 'Missing dashboard id')
const invalidUid = refused('Invalid dashboard ID')
const starred = done('Dashboard starred!')
const unstarred = done('Dashboard unstarred')

export const stars: Slice = {
  tag: 'Stars',
  description: 'Starred dashboards. Rollcall keeps no dashboards: any id or uid may be starred and stands for itself.',
  schemas: {},
  operations: [
    get('/api/user/stars', signedIn('users:read', 'an empty list'), {
      id: 'listStars',
      summary: 'What one has starred',
      answers: {
        200: answer('Uids and numbers, oldest star first', array(string()), ['1', 'cIBgcSjkk']),
        400: refused('An answer holds at most 10000 rows: ask for a smaller perpage'),
      },
    }),
    post('/api/user/stars/dashboard/:id', write, {
      id: 'starDashboard',
      summary: 'Star a dashboard by number',
      parameters: [byId],
      answers: { 200: starred, 400: invalidId, 404: noUser },
    }),
    del('/api/user/stars/dashboard/:id', write, {
      id: 'unstarDashboard',
      summary: 'Take the star off a dashboard by number',
      parameters: [byId],
      answers: { 200: unstarred, 400: invalidId, 404: noUser },
    }),
    post('/api/user/stars/dashboard/uid/:uid', write, {
      id: 'starDashboardByUid',
      summary: 'Star a dashboard',
      parameters: [byUid],
      answers: { 200: starred, 400: invalidUid, 404: noUser },
    }),
    del('/api/user/stars/dashboard/uid/:uid', write, {
      id: 'unstarDashboardByUid',
      summary: 'Take the star off a dashboard',
      parameters: [byUid],
      answers: { 200: unstarred, 400: invalidUid, 404: noUser },
    }),
  ],
}
