import type { RequestContext } from '../env.ts'

/** The client's address, from Cloudflare alone: a header that a client can write itself (X-Forwarded-For) says nothing. */
export const clientIp = (c: RequestContext) => c.req.header('CF-Connecting-IP') ?? ''

/** An IPv6 customer holds a /64 at least, so guesses are counted by that. */
export function networkOf(ip: string): string {
  if (!ip.includes(':') || ip.includes('.')) return ip
  const [head = '', tail] = ip.split('::')
  const left = head.split(':').filter(Boolean)
  const right = (tail ?? '').split(':').filter(Boolean)
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...zeros, ...right]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')
}

export const clientAddress = (c: RequestContext) => networkOf(clientIp(c))
