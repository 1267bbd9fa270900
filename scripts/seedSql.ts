// A directory full of people who don't exist, as SQL that makes itself: for the bench, and for trying Rollcall with many.

/** What is written of a name, and how it is typed in a login. */
const firstNames =
  'Ada Ahmed Aino Amara Ana Anna Astrid Bao Björn Carlos Chiara Chloé Dana Daniel Dmitri Elena Emma Fatima Felix Femi Gabriel Grace Hana Hugo Ibrahim Ines Ivan Jakub James Jana João José Juan Kaja Karim Kofi Lars Laura Lea Leila Liam Lin Lucía Luca Maja Marek Maria Mateo Mei Mia Mohamed Nadia Nils Noah Nora Olga Omar Paulo Petra Priya Rafael Ravi Rosa Ruth Sara Sean Sofia Søren Tariq Thomas Tomás Uma Vera Viktor Wei Yara Yuki Zeynep Zoë Žofie'
const lastNames =
  'Abebe Ahmad Almeida Andersson Bakker Bauer Becker Berg Bianchi Bondarenko Brown Castro Chen Costa Da-Silva Dąbrowski Demir Diaz Dubois Eriksen Evans Fernández Fischer Fontaine Garcia Gomes Greco Gupta Haas Hansen Hernández Horváth Ibrahimović Ito Ivanova Jansen Jensen Johnson Jones Kaya Keller Khan Kim Kowalski Kumar Larsen Laurent Lee Lehmann Li López Martin Mäkinen Mbeki Meyer Moreau Müller Nakamura Nguyen Nielsen Nowak Okafor Olsen Ortega Park Patel Petrov Popescu Rossi Ruiz Sánchez Santos Schmidt Schneider Silva Singh Smith Sørensen Suzuki Svoboda Tanaka Tran Ümit Vargas Virtanen Wagner Walker Wang Weber Williams Wójcik Yamamoto Yılmaz Young Zhang Ziegler'
const places =
  'Accra Athens Bergen Bogotá Boston Cairo Chennai Delft Dublin Geneva Graz Hanoi Kraków Lagos Leeds Lima Lisbon London Lyon Madrid Malmö Milan Nairobi Nantes Osaka Oslo Porto Prague Quito Riga Rome Seoul Sydney Tallinn Toronto Turin Utrecht Vienna Warsaw Zürich'
const trades = 'Labs Systems Networks Analytics Foods Energy Logistics Robotics Health Media'

const typed = (name: string) =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[øØ]/g, 'o')
    .replace(/[łŁ]/g, 'l')
    .replace(/ı/g, 'i')
    .toLowerCase()

const listOf = (names: string) => names.split(' ')
const json = (names: string[]) => `'${JSON.stringify(names)}'`
/** The nth of a list, over and over. */
const pick = (names: string[], n: string) => `json_extract(${json(names)}, '$[' || ((${n}) % ${names.length}) || ']')`
const typedOf = (names: string) => listOf(names).map(typed)

const firsts = listOf(firstNames).length
const lasts = listOf(lastNames).length
/** Every pair of names once before any comes again: a prime step walks through all, in no order that anybody sees. */
const pair = `(n * 7919) % ${firsts * lasts}`

/** `from` up to and without `to`, as a table of one column n. */
const numbers = (from: number, to: number) =>
  `WITH RECURSIVE s (n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM s WHERE n + 1 < ${to})`

export type Size = {
  users: number
  orgs: number
  teams: number
  /** The numbers that the first user, org and team get: one more than the greatest there is. */
  firstUser: number
  firstOrg: number
  firstTeam: number
  /** Seconds since 1970: everything happened in the three years before. */
  now: number
}

/** Rows a statement: D1 stops one after 30 seconds. */
const chunk = 5000
const members = 10_000

function* chunks(total: number, size: number): Generator<[from: number, to: number]> {
  for (let from = 0; from < total; from += size) yield [from, Math.min(from + size, total)]
}

const threeYears = 3 * 365 * 86_400
const created = (now: number) => `${now} - ${threeYears} + (n * 104729) % ${threeYears - 86_400}`

const orgsFrom = ({ firstOrg, now }: Size, from: number, to: number) =>
  `${numbers(from, to)} INSERT INTO orgs (id, name, created_at, updated_at)
  SELECT ${firstOrg} + n, ${pick(listOf(places), 'n')} || ' ' || ${pick(listOf(trades), 'n / 40')} || ' #' || (${firstOrg} + n), ${created(now)}, ${now} FROM s`

/** One in thirty is disabled, one in eight was never there, the rest were within 90 days. They have no password. */
const usersFrom = ({ firstUser, firstOrg, orgs, now }: Size, from: number, to: number) =>
  `${numbers(from, to)}, p AS (SELECT n, ${pair} AS k FROM s), named AS MATERIALIZED (SELECT n,
    ${pick(typedOf(firstNames), `k / ${lasts}`)} || '.' || ${pick(typedOf(lastNames), 'k')} || (${firstUser} + n) AS login,
    ${pick(listOf(firstNames), `k / ${lasts}`)} || ' ' || ${pick(listOf(lastNames), 'k')} AS name FROM p)
  INSERT INTO users (id, uid, login, email, login_key, email_key, name, org_id, is_disabled, last_seen_at, created_at, updated_at)
  SELECT ${firstUser} + n, 'seeded-' || (${firstUser} + n), login, login || '@example.org', login, login || '@example.org', name,
    ${orgOf(firstOrg, orgs)}, n % 30 = 7, iif(n % 8 = 3, NULL, ${now} - (n * 15485863) % ${90 * 86_400}), ${created(now)}, ${now} FROM named`

/** Every tenth is in the first org, the others are spread over all. */
const orgOf = (firstOrg: number, orgs: number) => `${firstOrg} + iif(n % 10 = 0, 0, n % ${orgs})`

const membersFrom = ({ firstUser, firstOrg, orgs, now }: Size, from: number, to: number) =>
  `${numbers(from, to)} INSERT INTO org_members (org_id, user_id, role, created_at)
  SELECT ${orgOf(firstOrg, orgs)}, ${firstUser} + n, CASE WHEN n < ${orgs} OR n % 97 = 0 THEN 'Admin' WHEN n % 5 = 0 THEN 'Editor' ELSE 'Viewer' END, ${created(now)} FROM s`

const teamsFrom = ({ firstTeam, firstOrg, orgs, now }: Size, from: number, to: number) =>
  `${numbers(from, to)} INSERT INTO teams (id, uid, org_id, name, email, created_at, updated_at)
  SELECT ${firstTeam} + n, 'seeded-' || (${firstTeam} + n), ${firstOrg} + n % ${orgs}, ${pick(listOf(trades), 'n')} || ' ' || ${pick(listOf(places), 'n / 10')} || ' ' || (${firstTeam} + n), '', ${created(now)}, ${now} FROM s`

/** The first team has the first ${members} people of its org, or as many as there are; each other, twenty. */
const teamMembersFrom = ({ firstTeam, firstUser, now }: Size, team: number, from: number, to: number) =>
  `INSERT OR IGNORE INTO team_members (team_id, org_id, user_id, permission, created_at)
  SELECT t.id, t.org_id, m.user_id, iif(m.user_id % 11 = 0, 4, 0), ${now} FROM teams t JOIN org_members m ON m.org_id = t.org_id
  WHERE t.id = ${firstTeam + team} AND m.user_id >= ${firstUser} ORDER BY m.user_id LIMIT ${to - from} OFFSET ${from}`

const twentyEach = ({ firstTeam, firstUser, users, now }: Size, from: number, to: number) =>
  `INSERT OR IGNORE INTO team_members (team_id, org_id, user_id, permission, created_at)
  SELECT t.id, t.org_id, m.user_id, iif(m.user_id % 11 = 0, 4, 0), ${now} FROM teams t CROSS JOIN org_members m ON m.org_id = t.org_id
    AND m.user_id IN (SELECT user_id FROM org_members WHERE org_id = t.org_id AND user_id >= ${firstUser} + (t.id * 7919) % ${users} LIMIT 20)
  WHERE t.id >= ${firstTeam + from} AND t.id < ${firstTeam + to}`

/** Statements that fill a migrated database, each within D1's limits; the triggers do what they do for anybody else. */
export function* seedStatements(size: Size): Generator<string> {
  for (const [from, to] of chunks(size.orgs, chunk)) yield orgsFrom(size, from, to)
  for (const [from, to] of chunks(size.users, chunk)) yield usersFrom(size, from, to)
  for (const [from, to] of chunks(size.users, chunk)) yield membersFrom(size, from, to)
  for (const [from, to] of chunks(size.teams, chunk)) yield teamsFrom(size, from, to)
  if (size.teams > 0) for (const [from, to] of chunks(members, chunk)) yield teamMembersFrom(size, 0, from, to)
  for (const [from, to] of chunks(Math.max(size.teams - 1, 0), 100)) yield twentyEach(size, from + 1, to + 1)
}
