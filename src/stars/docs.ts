import { array, string } from 'valibot'
import { actingOrg, answer, del, done, get, pathParameter, post, refused, type Slice, signedIn } from '../docs.ts'

const byId = pathParameter('id', 'The dashboard, by number')
const byUid = pathParameter('uid', 'The dashboard, by uid', string())

const write = signedIn('users:write', 'a 404')
const noUser = refused('user not found')
const invalidId = refused('Invalid dashboard ID', 'Missing dashboard id')
const noDashboard = refused('user not found', 'Dashboard not found')
const starred = done('Dashboard starred!')
const unstarred = done('Dashboard unstarred')

export const stars: Slice = {
  tag: 'Stars',
  description:
    'Starred dashboards. A number may be starred before there is such a dashboard (Grafana): it is listed once there is.',
  schemas: {},
  operations: [
    get('/api/user/stars', signedIn('users:read', 'an empty list'), {
      id: 'listStars',
      summary: 'What one has starred',
      parameters: actingOrg,
      answers: {
        200: answer('Uids in the org of the request, oldest star first', array(string()), ['H9C42DRdk', 'cIBgcSjkk']),
        400: refused('An answer holds at most 10000 rows: ask for fewer'),
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
      parameters: [byUid, ...actingOrg],
      answers: { 200: starred, 404: noDashboard },
    }),
    del('/api/user/stars/dashboard/uid/:uid', write, {
      id: 'unstarDashboardByUid',
      summary: 'Take the star off a dashboard',
      parameters: [byUid, ...actingOrg],
      answers: { 200: unstarred, 404: noDashboard },
    }),
  ],
}
