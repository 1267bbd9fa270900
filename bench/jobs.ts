import type { Ask } from './load.ts'

/** `scope` says how many round trips the bound of the floor is stated for; the other jobs are shown without one. */
export const jobs = {
  cookie: 'who am I, by cookie',
  token: 'who am I, by token',
  password: 'who am I, by password (Basic, cached)',
  byId: 'a person by id',
  lookup: 'a person by login',
  list: 'first page of 50, in order, with total',
  deep: 'last page of 50, in order, with total',
  search: 'search: 20 hits, with total',
  searchOne: 'search: 1 hit, with total',
  listUnordered: 'first page of 50, in no order',
  deepUnordered: 'last page of 50, in no order',
  sessions: 'own sessions: 3',
  revoke: 'revoke a session',
  addToOrg: 'add to an organization',
  signIn: 'sign in (hashes a password)',
  create: 'create a user (hashes a password)',
} as const

export type JobName = keyof typeof jobs
export const jobNames = Object.keys(jobs).filter((name): name is JobName => name in jobs)

/** A request, over and over; `values` stands for {} in it, another one each time, and what follows a blank for {2}. */
export type Call = Ask & { values?: (n: number) => string }

/** What D1 and KV had to do for one answer; `trips` has a letter for each statement: r(ead) or w(rite). */
export type Cost = {
  trips: string[]
  /** How many of the trips the caller waits for. */
  beforeAnswer: number
  rowsRead: number
  rowsWritten: number
  kvReads: number
  kvWrites: number
  kvDeletes: number
  kvLists: number
  /** Of the answer's body. */
  bytes: number
}

export const peers = ['Rollcall', 'floor', 'LIKE', 'better-auth', 'PocketBase'] as const
export type Peer = (typeof peers)[number]

export type Target = {
  peer: Peer
  users: number
  address: URL
  pids: number[]
  calls: Partial<Record<JobName, Call>>
  costs: Partial<Record<JobName, Cost>>
  stop: () => Promise<unknown>
}

export const json = { 'Content-Type': 'application/json' }

/** What is searched for, at one size of the directory: the same people everywhere. */
export type Questions = {
  twenty: string
  one: string
  /** Somebody in the middle. */
  login: string
  email: string
  id: number
  /** Where the last page begins. */
  offset: number
}

export function filled(text: string, value: string): string {
  const [one = '', two = ''] = value.split(' ')
  return text.replace('{}', one).replace('{2}', two)
}
