import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import type { Bus } from '../bus/bus.ts'
import { createLog, type Log } from '../log/log.ts'

const silent = createLog({ name: 'test', level: 'silent' })

/** Begins every name that this process uses, so that its buckets can be found and removed. */
export const testBucketPrefix = `t${process.pid}x`

/** What every bus must do; each adapter's test calls this. Two openings may share one bus, or be two connections to it. */
export function testBus(open: (log: Log) => Promise<[Bus, Bus]>): void {
  /** Tests may share a server, so each has names of its own. */
  async function setUp(log: Log = silent) {
    const [one, two] = await open(log)
    onTestFinished(async () => {
      await one.close()
      await two.close()
    })
    const own = `${testBucketPrefix}${randomUUID().replaceAll('-', '')}`
    return { one, two, own }
  }
  const eventually = <T>(ask: () => T) => expect.poll(ask, { timeout: 10_000, interval: 10 })

  test('brings messages to every fitting subscription, in order', async () => {
    const { one, two, own } = await setUp()
    const heard: Record<string, unknown[]> = { all: [], words: [], exact: [] }
    await two.subscribe(`${own}.>`, (message) => heard.all?.push(message.json()))
    await two.subscribe(`${own}.*.x`, (message) => heard.words?.push(message.subject))
    await one.subscribe(`${own}.a.x`, ({ bytes }) => heard.exact?.push(Buffer.from(bytes).toString()))
    for (let n = 0; n < 100; n++) await one.publish(`${own}.a.x`, { n })
    await one.publish(`${own}.b`, { last: 5n })
    await eventually(() => heard.all?.length).toBe(101)
    expect(heard.all).toEqual([...Array.from({ length: 100 }, (_, n) => ({ n })), { last: '5' }])
    await eventually(() => heard.exact?.length).toBe(100)
    expect(heard.words?.every((subject) => subject === `${own}.a.x`)).toBe(true)
    expect(heard.exact?.[7]).toBe('{"n":7}')
  })

  test('carries bytes as they are', async () => {
    const { one, two, own } = await setUp()
    const heard: Uint8Array[] = []
    await two.subscribe(own, ({ bytes }) => heard.push(bytes))
    const sent = Uint8Array.of(0, 255, 1)
    await one.publish(own, sent)
    sent[0] = 9
    await eventually(() => heard.length).toBe(1)
    expect([...(heard[0] ?? [])]).toEqual([0, 255, 1])
  })

  test('a handler takes one message at a time, and one that fails does not stop it', async () => {
    const logged: string[] = []
    const log = createLog({ name: 'test', destination: { write: (line) => void logged.push(line) } })
    const { one, two, own } = await setUp(log)
    let inside = 0
    let most = 0
    let handled = 0
    await two.subscribe(own, async () => {
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setImmediate(resolve))
      inside--
      handled++
      if (handled === 1) throw new Error('not this one')
    })
    for (let n = 0; n < 10; n++) await one.publish(own, n)
    await eventually(() => handled).toBe(10)
    expect(most).toBe(1)
    expect(logged.join()).toContain('not this one')
  })

  test('one of a group hears each message', async () => {
    const { one, two, own } = await setUp()
    const heard: number[] = []
    const others: number[] = []
    for (const bus of [one, two]) {
      await bus.subscribe(own, (message) => heard.push(Number(message.json())), { group: 'g' })
    }
    await two.subscribe(own, (message) => others.push(Number(message.json())))
    for (let n = 0; n < 50; n++) await one.publish(own, n)
    await eventually(() => others.length).toBe(50)
    await eventually(() => heard.length).toBe(50)
    expect([...heard].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n))
  })

  test('a stopped subscription hears nothing more', async () => {
    const { one, two, own } = await setUp()
    const heard: unknown[] = []
    const control: unknown[] = []
    const subscription = await two.subscribe(own, (message) => heard.push(message.json()))
    await two.subscribe(own, (message) => control.push(message.json()))
    await one.publish(own, 1)
    await eventually(() => heard.length).toBe(1)
    await subscription.stop()
    await one.publish(own, 2)
    await eventually(() => control.length).toBe(2)
    expect(heard).toEqual([1])
  })

  test('refuses subjects and keys that are none', async () => {
    const { one, own } = await setUp()
    await expect(one.publish('a.*', 1)).rejects.toThrow(RangeError)
    await expect(one.subscribe('a..b', () => {})).rejects.toThrow(RangeError)
    await expect((await one.kv(own)).put('a b', 1)).rejects.toThrow(RangeError)
  })

  test('keeps values by key, and changes them only as expected', async () => {
    const { one, two, own } = await setUp()
    const [kv, other] = [await one.kv(own), await two.kv(own)]
    expect(await kv.get('a.b')).toBeUndefined()
    const first = await kv.put('a.b', { n: 1 })
    expect(await other.get('a.b')).toMatchObject({ key: 'a.b', revision: first })
    expect((await other.get('a.b'))?.json()).toEqual({ n: 1 })
    expect(await other.create('a.b', 'taken')).toBeUndefined()
    const second = await other.update('a.b', { n: 2 }, first)
    expect(second).toBeGreaterThan(first)
    expect(await kv.update('a.b', { n: 3 }, first)).toBeUndefined()
    expect((await kv.get('a.b'))?.json()).toEqual({ n: 2 })
    await kv.delete('a.b')
    expect(await other.get('a.b')).toBeUndefined()
    expect(await other.create('a.b', 'free')).toBeGreaterThan(second ?? 0)
    await kv.put('a.c', 1)
    await kv.put('z', 1)
    expect((await kv.keys()).sort()).toEqual(['a.b', 'a.c', 'z'])
    expect((await other.keys('a.*')).sort()).toEqual(['a.b', 'a.c'])
  })

  test('of many that create a value, one does', async () => {
    const { one, two, own } = await setUp()
    const [kv, other] = [await one.kv(own), await two.kv(own)]
    const created = await Promise.all(
      Array.from({ length: 10 }, (_, n) => (n % 2 ? kv : other).create('lock', n)),
    )
    expect(created.filter((revision) => revision !== undefined)).toHaveLength(1)
  })

  test('a watcher hears what is there and then every change', async () => {
    const { one, two, own } = await setUp()
    const [kv, other] = [await one.kv(own), await two.kv(own)]
    await kv.put('a.x', 1)
    await kv.put('b', 'not watched')
    const heard: unknown[] = []
    const watching = await other.watch('a.*', ({ key, entry }) => heard.push([key, entry?.json()]))
    await kv.put('a.y', 2)
    await kv.delete('a.x')
    await eventually(() => heard).toEqual([
      ['a.x', 1],
      ['a.y', 2],
      ['a.x', undefined],
    ])
    await watching.stop()
    await kv.put('a.y', 3)
    expect(heard).toHaveLength(3)
  })

  test('is ready while it is open', async () => {
    const { one } = await setUp()
    await one.check()
  })
}
