import type { BrowserContext, ConsoleMessage, Response } from 'playwright-core'

/** Of a page as it is sent. */
export const maxPageBytes = 60_000

/** What was seen of all pages, by their paths. */
export const seen = new Map<string, number>()

/** A page that is an answer of 4xx is told on the console too, which is no mistake of its own. */
const isOwnStatus = (message: ConsoleMessage) =>
  message.text().startsWith('Failed to load resource') &&
  / 4\d\d /.test(message.text()) &&
  message.page()?.url().split('#')[0] === message.location().url

/** What is wrong with a page whatever it shows. */
function faultsOf(path: string, html: string): string[] {
  const bytes = Buffer.byteLength(html)
  seen.set(path, Math.max(bytes, seen.get(path) ?? 0))
  const headings = html.match(/<h1[ >]/g)?.length ?? 0
  const title = /<title>\s*([^<]*?)\s*<\/title>/.exec(html)?.[1]
  return [
    ...(bytes > maxPageBytes ? [`${bytes} bytes of HTML, at most ${maxPageBytes}`] : []),
    ...(headings === 1 ? [] : [`${headings} h1 elements`]),
    ...(title ? [] : ['no title']),
  ]
}

const isPage = (response: Response) =>
  response.request().isNavigationRequest() &&
  !(response.status() >= 300 && response.status() < 400) &&
  (response.headers()['content-type'] ?? '').startsWith('text/html')

/** What was wrong since it was asked last, once all is said. */
export type Watch = () => Promise<string[]>

/** Looks at every page that a browser opens, and at all that they ask for. */
export function watch(context: BrowserContext, base: string): Watch {
  const problems: string[] = []
  const pending: Promise<void>[] = []
  const report = (path: string, faults: string[]) => problems.push(...faults.map((fault) => `${path}: ${fault}`))

  async function look(response: Response) {
    // The browser may have gone on already: then the next visit is looked at.
    const html = await response.text().catch(() => undefined)
    const { pathname } = new URL(response.url())
    if (response.status() >= 500) report(pathname, [`answered ${response.status()}`])
    if (html !== undefined) report(pathname, faultsOf(pathname, html))
  }

  context.on('response', (response) => {
    if (isPage(response)) pending.push(look(response))
  })
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    if (protocol !== 'data:' && protocol !== 'blob:' && origin !== base) problems.push(`asked for ${request.url()}`)
  })
  // Violations of the page's content security policy are told there too.
  context.on('console', (message) => {
    if (message.type() !== 'error' || isOwnStatus(message)) return
    problems.push(`${message.page()?.url()}: console: ${message.text()}`)
  })
  context.on('weberror', (error) => problems.push(`${error.page()?.url()}: ${error.error().message}`))
  return async () => {
    await Promise.all(pending.splice(0))
    return problems.splice(0)
  }
}
