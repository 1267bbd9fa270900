import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

// What Linux says of a process; elsewhere nothing is known, and the tables show a dash.

const linux = process.platform === 'linux'

/** The fields of /proc/<pid>/stat from the third on: the second, the command, may hold anything. */
const stat = (pid: number) => {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return { command: /\((.*)\)/.exec(line)?.[1], fields: line.slice(line.lastIndexOf(')') + 2).split(' ') }
}

/** The children of this process that run `command`. */
export function childrenOf(command: string): number[] {
  if (!linux) return []
  const pids = readdirSync('/proc').map(Number).filter(Boolean)
  return pids.filter((pid) => {
    try {
      const { command: own, fields } = stat(pid)
      return own === command && Number(fields[1]) === process.pid
    } catch {
      return false // It ended meanwhile.
    }
  })
}

const ticksPerSecond = linux ? Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : 100

/** User and system time so far, in milliseconds; undefined where the system does not tell. */
export function cpuOf(pids: number[]): number | undefined {
  if (pids.length === 0) return undefined
  const ticks = pids.map((pid) => stat(pid).fields).map((fields) => Number(fields[11]) + Number(fields[12]))
  return (ticks.reduce((sum, each) => sum + each, 0) * 1000) / ticksPerSecond
}

const kilobytes = (pid: number, field: string) =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

const megabytes = (pids: number[], field: string) =>
  pids.length === 0 ? undefined : pids.reduce((sum, pid) => sum + kilobytes(pid, field), 0) / 1024

export const memoryOf = (pids: number[]) => megabytes(pids, 'VmRSS')

/** Since the last `forgetPeak`. */
export const peakOf = (pids: number[]) => megabytes(pids, 'VmHWM')

export function forgetPeak(pids: number[]) {
  for (const pid of pids) writeFileSync(`/proc/${pid}/clear_refs`, '5')
}
