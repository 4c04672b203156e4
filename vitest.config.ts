import { defineConfig } from 'vitest/config'

/** `unit` needs nothing but Node; `integration` starts a chain or PostgreSQL; `e2e` crosses packages with real engines. */
export default defineConfig({
  test: {
    globalSetup: ['testing/src/global-setup.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{contracts,packages/*,bench,scripts}/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/*.integration.test.ts'],
          // Generous: they run beside each other on two shared cores, and no test is about time.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['{contracts,packages/*}/**/*.integration.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
