import { as, root, textIn } from '../../support/client.ts'
import {
  badBody,
  badId,
  both,
  denied,
  done,
  facts,
  nine,
  noRoute,
  ok,
  refuses,
  refusesTraced,
  unauthorized,
} from '../facts.ts'
import { by, editor, registerUpTo, second, user1, viewer } from '../people.ts'

type Shown = {
  theme?: string
  homeDashboardId?: number
  homeDashboardUID?: string
  timezone?: string
  weekStart?: string
  locale?: string
  navbar?: object
  queryHistory?: object
}
const shown = (has: Shown = {}) =>
  ok({
    theme: has.theme ?? '',
    homeDashboardId: has.homeDashboardId ?? 0,
    ...(has.homeDashboardUID === undefined ? {} : { homeDashboardUID: has.homeDashboardUID }),
    timezone: has.timezone ?? '',
    weekStart: has.weekStart ?? '',
    locale: has.locale ?? '',
    navbar: has.navbar ?? { savedItems: null },
    queryHistory: has.queryHistory ?? { homeTab: '' },
  })

const updated = done('Preferences updated')
const badTheme = refuses(400, 'Invalid theme')
const noDashboard = refusesTraced(404, 'Dashboard not found')

const browser = {
  theme: 'dark',
  timezone: 'browser',
  weekStart: 'monday',
  locale: 'de',
  navbar: { savedItems: [] },
  queryHistory: { homeTab: 'query' },
}

/** The same of a person and of an org. */
const replacing = (who: string, path: string) => {
  const get = { who, ask: `GET ${path}` }
  const put = { who, ask: `PUT ${path}` }
  return [
    { ...get, name: 'none yet', gives: shown() },
    { ...put, name: 'three', body: { theme: 'light', homeDashboardId: 0, timezone: 'utc' }, gives: updated },
    { ...get, name: 'which are kept', gives: shown({ theme: 'light', timezone: 'utc' }) },
    { ...put, name: 'nothing', body: {}, gives: updated },
    { ...get, name: 'which empties all', gives: shown() },
    { ...put, name: 'no theme of ours', body: { theme: 'pink' }, gives: badTheme },
    { ...put, name: 'a time zone of another planet', body: { theme: '', timezone: 'Mars/Phobos' }, gives: updated },
    { ...get, name: 'which is kept', gives: shown({ timezone: 'Mars/Phobos' }) },
    { ...put, name: 'whatever there is', body: { ...browser, language: 'de' }, gives: updated },
    { ...get, name: 'all but the language', gives: shown(browser) },
    { ...put, name: "a dashboard's number that is nobody's", body: { homeDashboardId: 999 }, gives: updated },
    { ...get, name: 'which is shown as it is', gives: shown({ homeDashboardId: 999 }) },
    { ...put, name: "a dashboard's uid that is nobody's", body: { homeDashboardUID: 'nope' }, gives: noDashboard },
    { ...put, name: 'a number for a theme', body: { theme: 5 }, gives: badBody },
    { ...put, name: 'broken JSON', body: '{"login": ', gives: badBody },
    { ...put, name: 'no body', gives: badBody },
    { ...get, name: 'which change nothing', gives: shown({ homeDashboardId: 999 }) },
    { ...put, name: 'nobody', who: undefined, body: { theme: '' }, gives: unauthorized },
    { ...get, name: 'nobody asks', who: undefined, gives: unauthorized },
  ]
}

/** From a dashboard 999 on. */
const merging = (who: string, path: string) => {
  const get = { who, ask: `GET ${path}` }
  const patch = { who, ask: `PATCH ${path}` }
  return [
    { ...patch, name: 'a theme', body: { theme: 'dark' }, gives: updated },
    { ...get, name: 'beside what was there', gives: shown({ theme: 'dark', homeDashboardId: 999 }) },
    { ...patch, name: 'nothing', body: {}, gives: updated },
    { ...patch, name: 'no theme of ours', body: { theme: 'pink' }, gives: badTheme },
    { ...patch, name: 'broken JSON', body: '{"login": ', gives: badBody },
    { ...patch, name: 'a first day', body: { weekStart: 'sunday' }, gives: updated },
    { ...patch, name: "a number that is nobody's", body: { homeDashboardId: 999 }, gives: updated },
    { ...get, name: 'all of it', gives: shown({ theme: 'dark', homeDashboardId: 999, weekStart: 'sunday' }) },
  ]
}

const own = '/api/user/preferences'
const ofOrg = '/api/org/preferences'

facts('User Preferences API > Update Current User Prefs', nine, replacing(by(user1), own), async () => {
  await registerUpTo(editor)
  return {}
})
facts('User Preferences API > Patch Current User Prefs', nine, merging(by(user1), own))
facts('User Preferences API > Get Current User Prefs', nine, [
  { name: "not another one's", who: by(viewer), ask: `GET ${own}`, gives: shown() },
  { name: 'of a viewer', who: by(viewer), ask: `PUT ${own}`, body: { theme: '' }, gives: updated },
])

facts('Organization Preferences API > Update Current Org Prefs', nine, replacing(root, ofOrg))
facts('Organization Preferences API > Patch Current Org Prefs', nine, merging(root, ofOrg))

const mayNotRead = denied('orgs.preferences:read')
facts('Organization Preferences API > Get Current Org Prefs', nine, [
  { name: 'a viewer', who: by(viewer), ask: `GET ${ofOrg}`, gives: mayNotRead },
  { name: 'an editor', who: by(editor), ask: `GET ${ofOrg}`, gives: mayNotRead },
  {
    name: 'a viewer writes',
    who: by(viewer),
    ask: `PUT ${ofOrg}`,
    body: { theme: '' },
    gives: denied('orgs.preferences:write'),
  },
  {
    name: 'emptied',
    who: root,
    ask: `PUT ${ofOrg}`,
    body: { theme: '', timezone: '', weekStart: '' },
    gives: updated,
  },
])

const get = { who: by(second), ask: `GET ${own}` }
const put = { who: by(second), ask: `PUT ${own}` }
const home = { homeDashboardId: 1, homeDashboardUID: 'H9C42DRdk' }

facts(
  'User Preferences API > home dashboard',
  nine,
  [
    { ...put, name: 'by its number', body: { homeDashboardId: 1 }, gives: updated },
    { ...get, name: 'has its uid', gives: shown(home) },
    { ...put, name: 'by its uid', body: { homeDashboardUID: 'other-uid' }, gives: updated },
    { ...get, name: 'has its number', gives: shown({ homeDashboardId: 2, homeDashboardUID: 'other-uid' }) },
    {
      ...put,
      name: 'by its uid, patched',
      ask: `PATCH ${own}`,
      body: { homeDashboardUID: 'H9C42DRdk' },
      gives: updated,
    },
    { ...get, name: 'has its number again', gives: shown(home) },
    { ...put, name: 'nothing', body: {}, gives: updated },
    { ...get, name: 'none', gives: shown() },
  ],
  async () => {
    for (const uid of ['H9C42DRdk', 'other-uid'])
      await as(root).post('/api/dashboards/db', { dashboard: { uid, title: uid } })
    return {}
  },
)

const flags = (helpFlags1: number) => ok({ helpFlags1, message: 'Help flag set' })
const flag = (id: number | string) => ({ who: by(user1), ask: `PUT /api/user/helpflags/${id}` })
const clear = { who: by(user1), ask: 'GET /api/user/helpflags/clear' }

facts('User API > Help flags', both, [
  { ...clear, name: 'cleared before there are any', gives: flags(0) },
  { ...flag(1), name: 'the first', gives: flags(1) },
  { ...flag(1), name: 'again', gives: flags(1) },
  { ...flag(2), name: 'the second', gives: flags(3) },
  { ...flag(4), name: 'the third', gives: flags(7) },
  { ...flag(0), name: 'none', gives: flags(7) },
  { ...flag('abc'), name: 'letters', gives: badId(), seenOn: nine },
  { ...clear, name: 'cleared', gives: flags(0) },
  { ...flag(1), name: 'nobody', who: undefined, gives: unauthorized },
  { ...clear, name: 'nobody clears', who: undefined, gives: unauthorized },
  { ...clear, name: 'not by POST', ask: 'POST /api/user/helpflags/clear', gives: noRoute },
  { ...clear, name: 'not asked for one by one', ask: 'GET /api/user/helpflags/1', gives: noRoute },
])

facts(
  'API keys on preferences',
  nine,
  [{ name: "a key sees its org's", who: { token: 'key' }, ask: `GET ${own}`, gives: shown({ theme: 'dark' }) }],
  async () => {
    await as(root).put(ofOrg, { theme: 'dark' })
    return { key: textIn((await as(root).post('/api/auth/keys', { name: 'key', role: 'Viewer' })).body, 'key') }
  },
)
