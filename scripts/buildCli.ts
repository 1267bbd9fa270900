// The commands as plain JavaScript, which is what `npx rollcall` starts (package.json's `bin`): `npm run build:cli`, which npm
// runs by itself after each install (`prepare`). Packages stay where npm put them.

import { chmodSync, rmSync } from 'node:fs'
import { build } from 'esbuild'
import { root } from './wrangler.ts'

/** One level below the root, as scripts/ is: what the modules find from where they are is found from there too. */
const outdir = `${root}dist`

rmSync(outdir, { recursive: true, force: true })
await build({
  entryPoints: { rollcall: `${root}scripts/launch.ts` },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  target: 'node20',
  logLevel: 'warning',
})
chmodSync(`${outdir}/rollcall.js`, 0o755)
