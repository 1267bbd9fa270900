/** What a caller holds: an action on a scope, as Grafana's documentation prints them. */
export type Grant = readonly [action: string, scope: string]

/** The seed page writes `global:users:*` and `users:*`, later pages `global.users:*`: for the `users:*` actions all three mean the last. */
const canonicalScope = (action: string, scope: string) =>
  action.startsWith('users') ? scope.replace(/^(global[:.])?users:/, 'global.users:') : scope

const covers = (granted: string, wanted: string) =>
  granted === wanted || granted === '*' || (granted.endsWith(':*') && wanted.startsWith(granted.slice(0, -1)))

/** Whether any grant allows the action on the scope. Pure; an action never counts without its scope. */
export const allows = (grants: readonly Grant[], action: string, scope: string) =>
  grants.some(
    ([granted, on]) => granted === action && covers(canonicalScope(action, on), canonicalScope(action, scope)),
  )
