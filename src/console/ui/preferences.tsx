import type { shownPreferences } from '../../preferences/views.ts'
import type { Faults, Filled } from '../forms.ts'
import { type Option, Select } from './forms.tsx'

export type Preferences = ReturnType<typeof shownPreferences>

/** Those of them that pages show. */
export const preferred = ({ theme, timezone, weekStart }: Preferences) => ({ theme, timezone, weekStart })

/** What a form of them changes; the others stay. */
export const preferredIn = ({ text }: Filled) => ({
  theme: text('theme'),
  timezone: text('timezone'),
  weekStart: text('weekStart'),
})

const themes: readonly Option[] = [
  ['light', 'Light'],
  ['dark', 'Dark'],
]

const weekStarts: readonly Option[] = [
  ['monday', 'Monday'],
  ['saturday', 'Saturday'],
  ['sunday', 'Sunday'],
]

const zones = (): readonly Option[] => [
  ['browser', 'As the browser has it'],
  ['utc', 'UTC'],
  ...Intl.supportedValuesOf('timeZone').map((zone): Option => [zone, zone]),
]

/** Clients may have saved any text: what is so stays on offer. */
function offered(none: string, options: readonly Option[], chosen: string): readonly Option[] {
  const all: readonly Option[] = [['', none], ...options]
  return all.some(([value]) => value === chosen) ? all : [...all, [chosen, chosen]]
}

type FieldsProps = { filled: Filled; faults: Faults; none: string; withTheme: boolean }

/** `none` says what it means to choose nothing. */
export const PreferenceFields = ({ filled, faults, none, withTheme }: FieldsProps) => (
  <>
    {withTheme && (
      <Select
        name="theme"
        label="Theme"
        filled={filled}
        faults={faults}
        options={offered(none, themes, filled.text('theme'))}
      />
    )}
    <Select
      name="timezone"
      label="Time zone"
      filled={filled}
      faults={faults}
      options={offered(none, zones(), filled.text('timezone'))}
    />
    <Select
      name="weekStart"
      label="The week starts on"
      filled={filled}
      faults={faults}
      options={offered(none, weekStarts, filled.text('weekStart'))}
    />
  </>
)
