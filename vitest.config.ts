import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

const migrations = await readD1Migrations('drizzle')

export default defineConfig({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: './wrangler.toml' },
      miniflare: { bindings: { TEST_MIGRATIONS: migrations, ADMIN_PASSWORD: 'admin', PASSWORD_SCHEME: 'pbkdf2' } },
    }),
  ],
  test: { setupFiles: ['test/support/setup.ts'] },
})
