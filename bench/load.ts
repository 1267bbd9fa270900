import { Agent, type IncomingMessage, request } from 'node:http'

export type Request = { url: URL; method?: string; headers?: Record<string, string>; body?: string }
export type Answer = { status: number; headers: IncomingMessage['headers']; body: string }

const connections = 16
const agent = new Agent({ keepAlive: true, maxSockets: connections })

export const send = ({ url, method = 'GET', headers = {}, body }: Request) =>
  new Promise<Answer>((resolve, reject) => {
    const sent = request(url, { agent, method, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })

/** Throws where an answer is no 200: a fast refusal must not pass for a fast answer. */
async function succeed(job: Request): Promise<void> {
  const { status, body } = await send(job)
  if (status !== 200) throw new Error(`${job.url.pathname} answered ${status}: ${body}`)
}

/** Every connection asks again as soon as it is answered; the latencies in milliseconds. */
export async function load(job: Request, milliseconds: number): Promise<number[]> {
  const latencies: number[] = []
  const end = performance.now() + milliseconds
  async function connection() {
    for (let start = performance.now(); start < end; start = performance.now()) {
      await succeed(job)
      latencies.push(performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: connections }, connection))
  return latencies
}
