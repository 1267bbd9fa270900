/** Asks the API of the running Worker as one caller; what is refused throws. */
export type Call = <T = unknown>(method: string, path: string, body?: object) => Promise<T>

const asJson = { 'Content-Type': 'application/json' }

export function callerOf(base: string, cookie: string): Call {
  return async <T>(method: string, path: string, sent?: object) => {
    const body = sent === undefined ? null : JSON.stringify(sent)
    const answer = await fetch(`${base}${path}`, { method, headers: { ...asJson, Cookie: cookie }, body })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    const told: T = JSON.parse(await answer.text())
    return told
  }
}

/** The cookie of a session, as `name=value`. */
export async function signIn(base: string, user: string, password: string): Promise<string> {
  const body = JSON.stringify({ user, password })
  const answer = await fetch(`${base}/login`, { method: 'POST', headers: asJson, body })
  const [cookie = ''] =
    answer.headers
      .getSetCookie()
      .find((each) => each.startsWith('grafana_session='))
      ?.split(';') ?? []
  if (!answer.ok || !cookie) throw new Error(`${user} can't sign in: ${answer.status} ${await answer.text()}`)
  return cookie
}
