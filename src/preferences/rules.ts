import {
  array,
  check,
  maxLength,
  nullish,
  type ObjectEntries,
  object,
  optional,
  pipe,
  string,
  transform,
  unknown,
} from 'valibot'
import { int64 } from '../input.ts'

/** Grafana 9.3.2 knows no other, and checks nothing else of preferences. */
export const isTheme = (theme: string) => ['', 'light', 'dark'].includes(theme)

/** Far more than a menu shows, and as long as any other text of a body. */
const maxItems = 100
const words = pipe(string(), maxLength(1000))
/** An empty text is left out (Grafana 9.3.2). */
const word = pipe(
  nullish(words, ''),
  transform((text) => text || undefined),
)
/** Valibot takes a list for an object. */
const objectOf = <E extends ObjectEntries>(entries: E) =>
  pipe(
    unknown(),
    check((value) => !Array.isArray(value)),
    object(entries),
  )
const Navbar = objectOf({
  savedItems: nullish(
    pipe(array(objectOf({ id: word, text: word, url: word, target: word })), maxLength(maxItems)),
    null,
  ),
})
const QueryHistory = objectOf({ homeTab: nullish(words, '') })

/** What is not sent is undefined. Unknown fields, `cookies` and `language` among them, are ignored (Grafana 9.3.2). */
export const PreferencesBody = object({
  theme: optional(string()),
  timezone: optional(string()),
  weekStart: optional(string()),
  locale: optional(string()),
  homeDashboardId: optional(int64),
  homeDashboardUID: optional(string()),
  navbar: optional(Navbar),
  queryHistory: optional(QueryHistory),
})

/** Null = as it is. The dashboard by its uid, if there is one, else by its number. */
export type Change = {
  theme: string | null
  timezone: string | null
  weekStart: string | null
  locale: string | null
  homeDashboardId: number | null
  homeDashboardUid: string | null
  navbar: string | null
  queryHistory: string | null
}

type Sent = {
  theme?: string | undefined
  timezone?: string | undefined
  weekStart?: string | undefined
  locale?: string | undefined
  homeDashboardId?: number | undefined
  homeDashboardUID?: string | undefined
  navbar?: { savedItems: object[] | null } | undefined
  queryHistory?: { homeTab: string } | undefined
}

const json = (value: object | undefined) => (value === undefined ? null : JSON.stringify(value))

/** Only what was sent. An empty uid means no dashboard, whatever the number. */
export const changeOf = (sent: Sent): Change => ({
  theme: sent.theme ?? null,
  timezone: sent.timezone ?? null,
  weekStart: sent.weekStart ?? null,
  locale: sent.locale ?? null,
  homeDashboardId: sent.homeDashboardUID === '' ? 0 : (sent.homeDashboardId ?? null),
  homeDashboardUid: sent.homeDashboardUID || null,
  navbar: json(sent.navbar),
  queryHistory: json(sent.queryHistory),
})

export const noItems = { savedItems: null }
export const noTab = { homeTab: '' }

/** Everything: what was not sent is empty from then on. */
export const replacementOf = (sent: Sent): Change =>
  changeOf({
    theme: '',
    timezone: '',
    weekStart: '',
    locale: '',
    homeDashboardId: 0,
    navbar: noItems,
    queryHistory: noTab,
    ...sent,
  })
