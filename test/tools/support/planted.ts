import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import { resultsOf } from '../../../scripts/cli/doctor/check.ts'
import { type Asked, openSite, type Site } from '../../../scripts/cli/doctor/site.ts'
import { checks } from '../../../scripts/cli/doctor.ts'
import { root } from '../../../scripts/wrangler.ts'
import { temporaryFolder } from './database.ts'

export type Edit = (text: string) => string
export type Plant = { toml?: Edit; devVars?: Edit; packages?: Edit; asked?: Asked; site?: Partial<Site> }

const unchanged: Edit = (text) => text
export const read = (name: string) => readFileSync(`${root}${name}`, 'utf8')

/** A folder with the settings of a fresh clone as `npm run dev` completes them, but for what is planted. */
function plantedFolder({ toml = unchanged, devVars = unchanged, packages = unchanged }: Plant): string {
  const folder = temporaryFolder()
  writeFileSync(`${folder}/wrangler.toml`, toml(read('wrangler.toml')))
  writeFileSync(
    `${folder}/.dev.vars`,
    devVars(read('.dev.vars.example').replace(/^ADMIN_PASSWORD=$/m, 'ADMIN_PASSWORD=admin')),
  )
  writeFileSync(`${folder}/package.json`, packages(read('package.json')))
  symlinkSync(`${root}public`, `${folder}/public`)
  return folder
}

/** What one check says of a site: each problem with its weight, what it is and what to do; or why it was not made. */
export async function said(name: string, plant: Plant): Promise<string[]> {
  const asked = { persistTo: temporaryFolder(), ...plant.asked, config: plantedFolder(plant) }
  const site = { ...(await openSite(asked)), ...plant.site }
  onTestFinished(() => site.close())
  const results = await resultsOf(
    checks.filter((check) => check.name === name),
    site,
  )
  return results.flatMap(({ reason, problems }) => [
    ...(reason ? [`not checked: ${reason}`] : []),
    ...problems.map(({ weight, what, advice }) => `${weight}: ${what} => ${advice}`),
  ])
}
