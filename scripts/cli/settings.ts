// The settings of a deployment, as wrangler and the Worker read them: wrangler.toml, and on this machine .dev.vars.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import type { Unstable_Config as Toml } from 'wrangler'
import { type Config, readConfig } from '../../src/config.ts'
import { Failure, messageOf } from '../failure.ts'
import { root } from '../wrangler.ts'

export type Settings = {
  /** wrangler.toml's. */
  file: string
  toml: Toml
  /** `[vars]`: what is not secret. */
  vars: Record<string, unknown>
  /** What .dev.vars has; empty where the deployment is meant, whose secrets nobody can read. */
  secrets: Record<string, string>
}

/** `config` is a wrangler.toml or the folder that it is in; the project's own where it isn't said. */
export type WhichSettings = { config?: string | undefined; env?: string | undefined; remote?: boolean | undefined }

function fileOf(config: string | undefined): string {
  const path = resolve(config ?? root)
  const file = existsSync(path) && statSync(path).isDirectory() ? resolve(path, 'wrangler.toml') : path
  if (!existsSync(file)) throw new Failure(`There is no ${file}: --config says where wrangler.toml is`)
  return file
}

function secretsIn(file: string): Record<string, string> {
  if (!existsSync(file)) return {}
  const found = Object.entries(parseEnv(readFileSync(file, 'utf8')))
  return Object.fromEntries(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

/** Wrangler takes seconds to load: only whoever asks for settings waits for it. */
async function readToml(file: string, env: string | undefined): Promise<Toml> {
  const { unstable_readConfig } = await import('wrangler')
  try {
    return unstable_readConfig({ config: file, ...(env ? { env } : {}) }, { hideWarnings: true })
  } catch (error) {
    throw new Failure(`wrangler can't read ${file}: ${messageOf(error).trim()}`)
  }
}

export async function readSettings({ config, env, remote }: WhichSettings): Promise<Settings> {
  const file = fileOf(config)
  const toml = await readToml(file, env)
  const secrets = remote ? {} : secretsIn(resolve(dirname(file), '.dev.vars'))
  return { file, toml, vars: { ...toml.vars }, secrets }
}

/** As the Worker takes them. */
export function configOf({ vars, secrets }: Settings): Config {
  try {
    return readConfig({ ...vars, ...secrets })
  } catch (error) {
    throw new Failure(
      `The Worker refuses its settings: ${messageOf(error)}. npm run rollcall -- doctor names each that is wrong`,
    )
  }
}
