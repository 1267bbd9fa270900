// `--resolve`: what becomes of people who share a login or an e-mail. `rename` or `skip` for all of them, `12=skip` for one.

import { Misuse } from '../../failure.ts'

export type Resolution = 'rename' | 'skip'

export type Resolve = { otherwise: Resolution | undefined; byId: ReadonlyMap<number, Resolution> }

const isResolution = (text: string | undefined): text is Resolution => text === 'rename' || text === 'skip'

/** The last word on anybody counts. */
export function readResolve(texts: readonly string[]): Resolve {
  let otherwise: Resolution | undefined
  const byId = new Map<number, Resolution>()
  for (const part of texts.flatMap((text) => text.split(','))) {
    const [, id, resolution] = /^(?:(\d{1,15})=)?(rename|skip)$/.exec(part.trim()) ?? []
    if (!isResolution(resolution))
      throw new Misuse(`--resolve takes rename, skip, or one person each: 12=skip,15=rename`)
    if (id === undefined) otherwise = resolution
    else byId.set(Number(id), resolution)
  }
  return { otherwise, byId }
}
