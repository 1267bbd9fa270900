// Copies from node_modules what the API reference at /docs is shown with, so that it comes from this site: `npm run assets`,
// which npm runs by itself after each install (`prepare`).

import { copyFileSync, mkdirSync } from 'node:fs'
import { root } from './wrangler.ts'

const from = `${root}node_modules/swagger-ui-dist/`
const to = `${root}public/docs/vendor/`
const files = ['swagger-ui-bundle.js', 'swagger-ui-bundle.js.LICENSE.txt', 'swagger-ui.css', 'LICENSE', 'NOTICE']

mkdirSync(to, { recursive: true })
for (const file of files) copyFileSync(`${from}${file}`, `${to}${file}`)
