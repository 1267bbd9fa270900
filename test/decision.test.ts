import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flawOf, knownActions } from '../src/auth/actions.ts'
import type { HeldRole, Machine, Person } from '../src/auth/identity.ts'
import {
  allows,
  beyond,
  beyondOnServer,
  type Grant,
  limitsOf,
  may,
  mayOnServer,
  roles,
} from '../src/auth/permissions.ts'
import { definedRoles } from '../src/auth/roles.ts'

// The decision is a pure function of what is held; here it is asked what must be so whatever that is.

const action = fc.constantFrom('users:read', 'users:write', 'org.users:read', 'teams:read', 'orgs:read', 'roles:write')
const scope = fc.constantFrom(
  '',
  '*',
  'users:*',
  'users:id:*',
  'users:id:7',
  'users:id:70',
  'global.users:*',
  'global:users:*',
  'global.users:id:7',
  'teams:*',
  'teams:id:7',
  'permissions:type:delegate',
)
const grant: fc.Arbitrary<Grant> = fc.tuple(action, scope)
const grants = fc.array(grant, { maxLength: 6 })
const heldRole: fc.Arbitrary<HeldRole> = fc.record({
  uid: fc.constantFrom('a', 'b', 'c'),
  isEverywhere: fc.boolean(),
  grants,
})

const personWith = (held: readonly HeldRole[], role: Person['role'], isAdmin: boolean, limits?: Grant[]): Person => ({
  kind: 'person',
  user: {
    id: 7,
    login: 'p',
    email: 'p',
    name: '',
    theme: '',
    orgId: 1,
    isAdmin,
    isDisabled: false,
    authModule: null,
    lastSeenAt: null,
    createdAt: 0,
    updatedAt: 0,
  },
  passwordHash: null,
  mustChangePassword: false,
  orgId: 1,
  role,
  teams: [],
  roles: held,
  session: undefined,
  token: limits && { id: 1, lastUsedAt: null, expiresAt: null, permissions: limits },
})
const person = fc
  .tuple(fc.array(heldRole, { maxLength: 3 }), fc.constantFrom(...roles, undefined), fc.boolean(), fc.option(grants))
  .map(([held, role, isAdmin, limits]) => personWith(held, role, isAdmin, limits ?? undefined))
/** Who made a token is asked for what they hold themselves, by whatever token they did it. */
const maker = person.map((somebody): Person => ({ ...somebody, token: undefined }))
const machine: fc.Arbitrary<Machine> = fc
  .tuple(fc.array(heldRole, { maxLength: 3 }), fc.constantFrom(...roles), grants, fc.array(maker, { maxLength: 2 }))
  .map(([held, role, permissions, creators]) => ({
    kind: 'machine',
    token: { id: 1, lastUsedAt: null },
    serviceAccountId: 1,
    orgId: 1,
    role,
    permissions,
    roles: held,
    creators,
    isDerived: false,
    madeBy: { personId: null, serviceAccountId: null },
  }))
const caller = fc.oneof(person, machine)

const always = <T extends unknown[]>(property: fc.IProperty<T>) => fc.assert(property, { numRuns: 1000 })

describe('whatever is held,', () => {
  it('more grants never allow less', () => {
    always(
      fc.property(grants, grants, grant, (some, more, [wanted, on]) => {
        fc.pre(allows(some, wanted, on))
        expect(allows([...some, ...more], wanted, on)).toBe(true)
      }),
    )
  })

  it('nothing is allowed by grants of other actions', () => {
    always(
      fc.property(grants, grant, (held, [wanted, on]) => {
        const others = held.filter(([granted]) => granted !== wanted)
        expect(allows(others, wanted, on)).toBe(false)
      }),
    )
  })

  it('what covers something covers what that covers', () => {
    always(
      fc.property(action, scope, scope, scope, (wanted, wide, middle, narrow) => {
        fc.pre(allows([[wanted, wide]], wanted, middle) && allows([[wanted, middle]], wanted, narrow))
        expect(allows([[wanted, wide]], wanted, narrow)).toBe(true)
      }),
    )
  })

  it('an action with an empty scope allows nothing that has one', () => {
    always(
      fc.property(action, scope, (wanted, on) => {
        expect(allows([[wanted, '']], wanted, on)).toBe(on === '')
      }),
    )
  })

  it('all spellings of the global scope are one', () => {
    always(
      fc.property(fc.constantFrom('*', 'id:*', 'id:7'), fc.constantFrom('*', 'id:*', 'id:7'), (granted, wanted) => {
        const answers = ['users:', 'global.users:', 'global:users:'].flatMap((held) =>
          ['users:', 'global.users:', 'global:users:'].map((asked) =>
            allows([['users:read', held + granted]], 'users:read', asked + wanted),
          ),
        )
        expect(new Set(answers).size).toBe(1)
      }),
    )
  })
})

describe('whoever calls,', () => {
  it('may nothing here that it may not within its limits, and everywhere nothing that it may not here', () => {
    always(
      fc.property(caller, grant, (who, [wanted, on]) => {
        if (mayOnServer(who, wanted, on)) expect(may(who, wanted, on)).toBe(true)
        if (may(who, wanted, on)) expect(limitsOf(who).every(({ all }) => allows(all, wanted, on))).toBe(true)
      }),
    )
  })

  it('a machine may nothing that those may not by whom its token was made', () => {
    always(
      fc.property(machine, grant, (who, [wanted, on]) => {
        const everybody = (decide: typeof may) => who.creators.every((creator) => decide(creator, wanted, on))
        if (may(who, wanted, on)) expect(everybody(may)).toBe(true)
        if (mayOnServer(who, wanted, on)) expect(everybody(mayOnServer)).toBe(true)
      }),
    )
  })

  it('a role in one org, basic or given, decides nothing everywhere', () => {
    always(
      fc.property(person, grant, (who, [wanted, on]) => {
        const bare = { ...who, role: undefined, roles: who.roles.filter(({ isEverywhere }) => isEverywhere) }
        expect(mayOnServer(who, wanted, on)).toBe(mayOnServer(bare, wanted, on))
      }),
    )
  })

  it('passes on nothing that it does not hold: whoever gets it may nothing more than the giver', () => {
    always(
      fc.property(caller, grants, grant, (giver, given, [wanted, on]) => {
        const here = personWith([{ uid: 'x', isEverywhere: false, grants: given }], undefined, false)
        const everywhere = personWith([{ uid: 'x', isEverywhere: true, grants: given }], undefined, false)
        if (beyond(giver, given) === undefined && may(here, wanted, on)) expect(may(giver, wanted, on)).toBe(true)
        if (beyondOnServer(giver, given) === undefined && mayOnServer(everywhere, wanted, on)) {
          expect(mayOnServer(giver, wanted, on)).toBe(true)
        }
      }),
    )
  })
})

describe('the roles that come with Rollcall', () => {
  const all = [...definedRoles.values()]

  it('have the uid that Grafana makes of their name', async () => {
    for (const { uid, name } of all.filter((role) => role.name.startsWith('fixed:'))) {
      const hash = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(name))
      const text = btoa(String.fromCharCode(...new Uint8Array(hash)))
      expect([name, uid]).toEqual([name, `fixed_${text.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')}`])
    }
    // As printed in Grafana's documentation.
    expect(definedRoles.get('fixed_buZastUG3reWyQpPemcWjGqPAd0')?.name).toBe('fixed:users:reader')
  })

  it('hold actions that there are, each on something it can be done to', () => {
    expect(all.flatMap(({ grants: held }) => held.flatMap(([held, on]) => flawOf(held, on) ?? []))).toEqual([])
  })

  it('together give every action, so that somebody can pass it on', () => {
    expect(new Set(all.flatMap(({ grants: held }) => held.map(([held]) => held)))).toEqual(new Set(knownActions))
  })

  it('give each basic role of an org all that those below it give', () => {
    const of = (uid: string) => definedRoles.get(uid)?.grants ?? []
    for (const [less, more] of [
      ['none', 'viewer'],
      ['viewer', 'editor'],
      ['editor', 'admin'],
    ]) {
      expect(of(`basic_${less}`).filter(([held, on]) => !allows(of(`basic_${more}`), held, on))).toEqual([])
    }
  })
})

describe('a permission that is none', () => {
  it.each([
    ['users:fly', 'global.users:*', 'unknown action: users:fly'],
    ['__proto__', '', 'unknown action: __proto__'],
    ['constructor', '', 'unknown action: constructor'],
    ['', '', 'unknown action: '],
    ['users:read', '', 'invalid scope of users:read: "" (it takes global.users:* or global.users:id:7)'],
    ['users:read', 'teams:*', 'invalid scope of users:read: "teams:*" (it takes global.users:* or global.users:id:7)'],
    [
      'users:read',
      'users:id:7*',
      'invalid scope of users:read: "users:id:7*" (it takes global.users:* or global.users:id:7)',
    ],
    ['users:create', '*', 'invalid scope of users:create: "*" (it takes an empty one)'],
    [
      'org.users:read',
      'global.users:*',
      'invalid scope of org.users:read: "global.users:*" (it takes users:* or users:id:7)',
    ],
    [
      'roles:write',
      'permissions:*',
      'invalid scope of roles:write: "permissions:*" (it takes permissions:type:delegate or permissions:type:escalate)',
    ],
  ])('%s on "%s"', (wanted, on, flaw) => {
    expect(flawOf(wanted, on)).toBe(flaw)
  })

  it.each([
    ['users:read', 'users:*'],
    ['users:read', 'global:users:id:7'],
    ['users:read', '*'],
    ['users:create', ''],
    ['teams:read', 'teams:id:*'],
    ['settings:read', 'settings:auth.saml:enabled'],
    ['roles:write', 'permissions:type:escalate'],
  ])('but %s on "%s" is one', (wanted, on) => {
    expect(flawOf(wanted, on)).toBeUndefined()
  })
})
