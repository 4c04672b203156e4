import type { TestProject } from 'vitest/node'
import { detectParts, partNames } from './parts.ts'

const cures = {
  docker: 'start a Docker engine (Debian: apt-get install docker.io, then dockerd)',
  postgres: 'start PostgreSQL 15 or later on 127.0.0.1:5432, or set SUBLET_TEST_DATABASE_URL',
  nats: 'start nats-server -js on 127.0.0.1:4222, or set SUBLET_TEST_NATS_URL',
  chromium: 'install Chromium, or set SUBLET_TEST_CHROMIUM',
} as const

/** Finds out which engines are here. With `CI=true` a missing one fails the run; elsewhere it is named at the end. */
export async function setup(project: TestProject): Promise<() => void> {
  const parts = await detectParts()
  project.provide('parts', parts)
  const missing = partNames.filter((name) => !parts[name])
  if (missing.length > 0 && process.env.CI === 'true') {
    throw new Error(
      `missing for the whole test run: ${missing.map((name) => `${name} (${cures[name]})`).join('; ')}`,
    )
  }
  return () => {
    if (missing.length === 0) return
    process.stdout.write('\nLeft out, because these are not here:\n')
    for (const name of missing) process.stdout.write(`  ${name}: ${cures[name]}\n`)
  }
}
