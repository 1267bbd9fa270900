#!/usr/bin/env node
// `npx rollcall`: the commands, by this Node, or by the one that npm installed beside them where this one is older than
// they need. So this file, once built, must be understood by any Node that npm still runs on.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isRecentNode, neededNode } from './cli/node.ts'

/** Set for the one that takes over, which hands over to nobody, were it too old as well. */
const mark = 'ROLLCALL_HANDED_OVER'

function handOver(): number {
  const packaged = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
  if (!existsSync(packaged) || process.env[mark]) {
    console.error(`Node ${neededNode} or newer is needed, and this is ${process.version}: npm ci brings one`)
    return 1
  }
  const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  return spawnSync(packaged, args, { stdio: 'inherit', env: { ...process.env, [mark]: '1' } }).status ?? 1
}

if (isRecentNode(process.versions.node)) await import('./rollcall.ts')
else process.exitCode = handOver()
