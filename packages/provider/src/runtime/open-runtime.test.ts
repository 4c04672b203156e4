import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog } from '@sublet/service'
import { expect, test } from 'vitest'
import { providerConfigSchema } from '../config.ts'
import { openRuntime } from './open-runtime.ts'

const noEngine = 'unix:///nowhere/docker.sock'

test.each(['auto', 'host'] as const)(
  'without an engine strangers are refused a runtime, and one’s own tenants get the host’s (%s)',
  async (runtime) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sublet-runtime-'))
    try {
      const open = (ownMachine: boolean) =>
        openRuntime({
          config: providerConfigSchema.parse({ dataDir, runtime, dockerHost: noEngine }),
          env: {},
          platform: process.platform,
          ownMachine,
          log: createLog({ name: 'test', level: 'silent' }),
          now: Date.now,
        })
      await expect(open(false)).rejects.toMatchObject({
        code: 'runtime.unavailable',
        hint: expect.stringContaining('Docker'),
      })
      expect(await open(true)).toMatchObject({ name: 'host', isolates: false })
    } finally {
      await rm(dataDir, { recursive: true, force: true })
    }
  },
)
