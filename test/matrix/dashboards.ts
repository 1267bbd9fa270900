import { current, dashboards, type Entries, plain, sending } from './requests.ts'

const theme = () => ({ theme: 'dark' })

export const ofDashboards: Entries = {
  'GET /api/search': current,
  'GET /api/dashboards/home': current,
  // By a uid that is there it is replaced: in the org of the request alone.
  'POST /api/dashboards/db': [
    ...sending(plain, () => ({ dashboard: { title: 'Fresh' } })),
    ...sending(dashboards, ({ values }) => ({ dashboard: { uid: values.uid, title: 'Replaced' }, overwrite: true })),
  ],
  'GET /api/dashboards/uid/:uid': dashboards,
  'DELETE /api/dashboards/uid/:uid': dashboards,
  'GET /api/user/stars': current,
  'POST /api/user/stars/dashboard/:id': dashboards,
  'DELETE /api/user/stars/dashboard/:id': dashboards,
  'POST /api/user/stars/dashboard/uid/:uid': dashboards,
  'DELETE /api/user/stars/dashboard/uid/:uid': dashboards,
}

export const ofPreferences: Entries = {
  'GET /api/user/preferences': current,
  'PUT /api/user/preferences': sending(current, theme),
  'PATCH /api/user/preferences': sending(current, theme),
  'POST /api/preferences/set-home-dash': sending(current, () => ({ homeDashboardId: 0 })),
  'GET /api/org/preferences': current,
  'PUT /api/org/preferences': sending(current, theme),
  'PATCH /api/org/preferences': sending(current, theme),
}

export const ofServer: Entries = {
  'GET /api/admin/stats': plain,
  'GET /api/admin/overview': plain,
  'GET /metrics': plain,
  'GET /api/admin/settings': plain,
  'GET /api/admin/audit': plain,
  'GET /api/frontend/settings': plain,
  'GET /api/datasources': plain,
}
