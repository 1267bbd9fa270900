/** What was answered to each caller, by its label. */
export type Row = { route: string; target: string; cells: Record<string, string> }

const legend = `
Who may do what: the status of each request, by route, by whose thing it is about, and by who asks.

Whose thing:
  -       nothing in particular, or the org of the request
  own     the caller's own: its account, a team that it is on, a service account that it was given (or is)
  same    one of org 1, where every caller is; nobody's who asks
  other   one of org 2
  there   one of org 2, with the request sent to that org (X-Grafana-Org-Id: 2)
  admin   a server admin's
  global  something that counts, or is to count, in every org
  basic   a role that comes with Rollcall
  empty   a role that gives nothing, and that counts, or is to count, in every org
  beyond  a role of org 1 that gives more than those who write its roles have
  ·       the caller has none of its own

Who asks, all of them of org 1:
  anon                        a stranger
  none viewer editor orgadmin people of that role
  teamadmin                   a viewer who administers its own team
  serveradmin                 a server admin without a role in the org
  rolewriter                  a viewer with the role fixed:roles:writer in the org
  key …                       an API key of that role
  robot                       a service account with one custom role of the org: users:read and org.users:read
  off, off token, off basic   an org admin and server admin who was disabled: by cookie, token and password
  expired                     the org admin's token, which has expired
`.trim()

export function print(rows: readonly Row[]): string {
  const labels = Object.keys(rows[0]?.cells ?? {})
  const width = Math.max(...rows.map(({ route }) => route.length))
  const line = (route: string, target: string, cells: readonly string[]) =>
    `${route.padEnd(width)}  ${target.padEnd(6)}  ${cells.map((cell, n) => cell.padEnd(labels[n]?.length ?? 0)).join(' ')}`.trimEnd()
  const titles = labels.map((label) => label.replace(' ', '.'))
  const printed = rows.map(({ route, target, cells }, n) =>
    line(rows[n - 1]?.route === route ? '' : route, target, Object.values(cells)),
  )
  return `${[legend, '', line('', '', titles), ...printed].join('\n')}\n`
}

/** The rows of a table by route and target, each a list of cells. */
function read(text: string): Map<string, string[]> {
  const rows = new Map<string, string[]>()
  let route = ''
  for (const line of text.slice(text.search(/^ +anon /m)).split('\n')) {
    const [, named = '', target = '', cells = ''] = /^([A-Z]+ \S+)? +(\S+) +((?:(?:[\d?]{3}|·) *)+)$/.exec(line) ?? []
    if (cells === '') continue
    route = named || route
    rows.set(`${route} (${target})`, cells.trim().split(/ +/))
  }
  return rows
}

/** What differs, a line each: of what, who asked, what was to be answered and what was. */
export function differences(recorded: string, rows: readonly Row[]): string[] {
  const expected = read(recorded)
  const seen = rows.flatMap(({ route, target, cells }) => {
    const name = `${route} (${target})`
    const row = expected.get(name)
    expected.delete(name)
    if (!row) return [`${name}: not in the table`]
    return Object.entries(cells).flatMap(([label, got], n) =>
      row[n] === got ? [] : [`${name}, asked by ${label}: expected ${row[n]}, got ${got}`],
    )
  })
  return [...seen, ...[...expected.keys()].map((name) => `${name}: only in the table`)]
}
