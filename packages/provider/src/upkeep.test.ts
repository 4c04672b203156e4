import { createLog } from '@sublet/service'
import { expect, test } from 'vitest'
import { providerConfigSchema } from './config.ts'
import { beginUpkeep, type UpkeepParts } from './upkeep.ts'

const everyMinute = ['measure', 'images', 'reconcile', 'volumes', 'imageSizes', 'fetched', 'events']

/** Does once what is done every minute, with one of it failing; answers what was begun. */
async function aMinute(failing?: string): Promise<string[]> {
  const begun: string[] = []
  const work = (name: string) => async () => {
    begun.push(name)
    if (name === failing) throw new Error(`${name} failed`)
    return new Map()
  }
  const config = providerConfigSchema.parse({ dataDir: process.cwd() })
  const tasks: (() => Promise<unknown>)[] = []
  const onces: Promise<unknown>[] = []
  const background = {
    every(ms: number, _what: string, task: () => Promise<unknown>) {
      if (ms === config.reconcileEveryMs) tasks.push(task)
    },
    once: (_what: string, task: Promise<unknown>) => void onces.push(task.catch(() => undefined)),
    finished: async () => {},
  }
  const nothing = async () => new Map()
  const parts = {
    config,
    sinceBlock: 0n,
    runtime: { prepare: nothing, canRun: () => false, imageSizes: work('imageSizes') },
    stock: { measure: work('measure'), lookForImages: work('images') },
    reconciler: { pass: work('reconcile') },
    volumes: { review: work('volumes') },
    images: {
      uses: { all: nothing },
      inUse: () => new Set<string>(),
      // The data folder's disk may be as it likes.
      disk: async () => ({ totalBytes: 100, freeBytes: 1 }),
    },
    fetches: { clean: work('fetched') },
    timeline: { forget: work('events') },
    asks: { touch: () => {} },
    leaving: { step: nothing },
    vouchers: { step: nothing },
    earnings: { draw: nothing, redeem: nothing },
    log: createLog({ name: 'test', level: 'silent' }),
    sleep: nothing,
    signal: AbortSignal.abort(),
  }
  beginUpkeep(background, parts as unknown as UpkeepParts)
  await Promise.all(onces)
  begun.length = 0
  for (const task of tasks) await task().catch(() => undefined)
  return begun.sort()
}

test('whatever fails, everything else of a minute is done', async () => {
  for (const failing of [undefined, ...everyMinute]) {
    expect(await aMinute(failing), `with ${failing} failing`).toEqual([...everyMinute].sort())
  }
})
