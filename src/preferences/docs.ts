import {
  array,
  integer,
  literal,
  nullable,
  nullish,
  number,
  object,
  optional,
  picklist,
  pipe,
  strictObject,
  string,
} from 'valibot'
import {
  actingOrg,
  answer,
  count,
  done,
  get,
  type Operation,
  patch,
  pathParameter,
  post,
  put,
  refused,
  requires,
  type Slice,
  signedIn,
} from '../docs.ts'

const theme = picklist(['', 'light', 'dark'])
const text = optional(string())
const Preferences = strictObject({
  theme,
  homeDashboardId: pipe(number(), integer()),
  homeDashboardUID: text,
  timezone: string(),
  weekStart: string(),
  locale: string(),
  navbar: strictObject({
    savedItems: nullable(array(strictObject({ id: text, text, url: text, target: text }))),
  }),
  queryHistory: strictObject({ homeTab: string() }),
})

const example = {
  theme: 'dark',
  homeDashboardId: 1,
  homeDashboardUID: 'H9C42DRdk',
  timezone: 'utc',
  weekStart: 'monday',
  locale: '',
  navbar: { savedItems: null },
  queryHistory: { homeTab: '' },
}

const body: Operation['body'] = {
  schema: object({
    theme: optional(theme),
    homeDashboardId: optional(pipe(number(), integer())),
    homeDashboardUID: nullish(string()),
    timezone: text,
    weekStart: text,
    locale: text,
    navbar: optional(object({ savedItems: nullish(array(object({ id: text, text, url: text, target: text }))) })),
    queryHistory: optional(object({ homeTab: text })),
  }),
  example: { theme: 'dark', homeDashboardUID: 'H9C42DRdk', timezone: 'utc', weekStart: 'monday' },
}

const shown = {
  200: answer('The preferences; a dashboard that is gone has no uid', Preferences, example),
}
const replaces = 'Replaces all of them: what is left out is empty from then on.'
const merges = 'Changes only what is sent.'
const dashboard =
  "The home dashboard is given by its uid, else by its number, which may be nobody's; an empty uid means none."

const updated = (message: string, badRequests: [string, ...string[]], notFounds: [string, ...string[]]) => ({
  200: done(message),
  400: refused(...badRequests),
  404: refused(...notFounds),
})
const bad: [string, ...string[]] = ['Invalid theme', 'bad request data']
const gone = 'Dashboard not found'

const own = 'the preferences of its org'
const noUser = "a 404, since it has none: Grafana takes the org's for them"
const ownUpdated = updated('Preferences updated', bad, [gone, 'Organization not found', 'user not found'])
const orgUpdated = updated('Preferences updated', bad, [gone, 'Organization not found'])
const teamUpdated = updated('Preferences updated', [...bad, 'teamId is invalid'], [gone, 'Team not found'])

const team = [pathParameter('teamId', 'The team'), ...actingOrg]

const helpFlags = (example: number) => done('Help flag set', { helpFlags1: count }, { helpFlags1: example })

export const preferences: Slice = {
  tag: 'Preferences',
  description: `Of a person in an org, of a team, and of the org itself. ${dashboard}`,
  schemas: { Preferences },
  operations: [
    get('/api/user/preferences', signedIn('users:read', own), {
      id: 'getOwnPreferences',
      summary: "One's own preferences in the org",
      parameters: actingOrg,
      answers: shown,
    }),
    put('/api/user/preferences', signedIn('users:write', noUser), {
      id: 'replaceOwnPreferences',
      summary: "Replace one's own preferences",
      description: replaces,
      parameters: actingOrg,
      body,
      answers: ownUpdated,
    }),
    patch('/api/user/preferences', signedIn('users:write', noUser), {
      id: 'updateOwnPreferences',
      summary: "Change some of one's own preferences",
      description: merges,
      parameters: actingOrg,
      body,
      answers: ownUpdated,
    }),
    post('/api/preferences/set-home-dash', signedIn('users:write', noUser), {
      id: 'setHomeDashboard',
      summary: "Choose one's own home dashboard",
      description: `${merges} The same as a PATCH of the preferences.`,
      parameters: actingOrg,
      body,
      answers: updated('Home dashboard set', bad, [gone, 'Organization not found', 'user not found']),
    }),
    get('/api/org/preferences', requires('orgs.preferences:read', ''), {
      id: 'getOrgPreferences',
      summary: "The preferences of the caller's org",
      parameters: actingOrg,
      answers: shown,
    }),
    put('/api/org/preferences', requires('orgs.preferences:write', ''), {
      id: 'replaceOrgPreferences',
      summary: "Replace the preferences of the caller's org",
      description: replaces,
      parameters: actingOrg,
      body,
      answers: orgUpdated,
    }),
    patch('/api/org/preferences', requires('orgs.preferences:write', ''), {
      id: 'updateOrgPreferences',
      summary: "Change some preferences of the caller's org",
      description: merges,
      parameters: actingOrg,
      body,
      answers: orgUpdated,
    }),
    get('/api/teams/:teamId/preferences', requires('teams:read', 'teams:id::teamId'), {
      id: 'getTeamPreferences',
      summary: 'The preferences of a team',
      description: "Empty ones, where the caller's org has no such team (Grafana 9.3.2).",
      parameters: team,
      answers: { ...shown, 400: refused('teamId is invalid') },
    }),
    put('/api/teams/:teamId/preferences', requires('teams:write', 'teams:id::teamId'), {
      id: 'replaceTeamPreferences',
      summary: 'Replace the preferences of a team',
      description: replaces,
      parameters: team,
      body,
      answers: teamUpdated,
    }),
    patch('/api/teams/:teamId/preferences', requires('teams:write', 'teams:id::teamId'), {
      id: 'updateTeamPreferences',
      summary: 'Change some preferences of a team',
      description: merges,
      parameters: team,
      body,
      answers: teamUpdated,
    }),
    put('/api/user/helpflags/:id', signedIn('users:write', 'a 404'), {
      id: 'setHelpFlag',
      summary: 'Note that one has seen some help',
      description: 'Adds the bits of the number to those that are set, and answers all of them.',
      parameters: [pathParameter('id', 'The bits to set', count)],
      answers: { 200: helpFlags(1), 400: refused('id is invalid'), 404: refused('user not found') },
    }),
    get('/api/user/helpflags/clear', signedIn('users:write', 'a 404'), {
      id: 'clearHelpFlags',
      summary: 'Forget which help one has seen',
      description: 'A GET that writes, as in Grafana.',
      answers: {
        200: done('Help flag set', { helpFlags1: literal(0) }, { helpFlags1: 0 }),
        404: refused('user not found'),
      },
    }),
  ],
}
