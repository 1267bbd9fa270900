// A Rollcall of its own for a page, as `npm run dev` starts it, in a copy of the project that the page may change.

import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { end, keep } from './groups.ts'

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer().listen(0, 'localhost', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })

export type Instance = { port: number; stop: () => Promise<void> }

/** A port that was free may be taken before Wrangler listens there: once more, then. */
export async function startInstance(project: string, tries = 3): Promise<Instance> {
  try {
    return await startAt(await freePort(), project)
  } catch (error) {
    if (tries > 1 && String(error).includes('in use')) return startInstance(project, tries - 1)
    throw error
  }
}

async function startAt(port: number, project: string): Promise<Instance> {
  const child = spawn(process.execPath, ['scripts/dev.ts', '--port', String(port)], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
  })
  keep(child)
  let said = ''
  child.stderr.on('data', (chunk) => (said += chunk))
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      said += chunk
      if (said.includes('Rollcall is ready at')) resolve()
    })
    child.once('exit', () => reject(new Error(`npm run dev did not start:\n${said}`)))
  })
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()))
  const stop = async () => {
    end(child, 'SIGTERM')
    await ended
  }
  return { port, stop }
}
