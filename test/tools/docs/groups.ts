// Processes that have processes of their own, in a group each: none of them outlives this one.

import type { ChildProcess } from 'node:child_process'

const groups = new Set<number>()

function signal(pid: number, name: NodeJS.Signals) {
  try {
    process.kill(-pid, name)
  } catch {
    // Gone already.
  }
}

/** Of a child that was spawned `detached`. */
export function keep(child: ChildProcess): void {
  const { pid } = child
  if (pid === undefined) return
  groups.add(pid)
  child.once('exit', () => groups.delete(pid))
}

export const end = (child: ChildProcess, name: NodeJS.Signals): void => {
  if (child.pid !== undefined) signal(child.pid, name)
}

process.once('exit', () => {
  for (const pid of groups) signal(pid, 'SIGKILL')
})
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(1))
