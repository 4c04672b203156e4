import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Run, taskEventIn, togetherMs } from './src/served-time.ts'

const id = '9f23a39647907350f634b0ceccef264ccb1749c4ad164156dcc168203d41a659'

test('reads what containerd says of a container’s own process', () => {
  const at = '2026-11-30 12:32:14.622374632 +0000 UTC moby'
  expect(taskEventIn(`${at} /tasks/start {"container_id":"${id}","pid":32315}`)).toEqual({
    kind: 'start',
    container: id,
    atMs: Date.parse('2026-11-30T12:32:14.622Z'),
  })
  const exit = (process: string) =>
    `${at} /tasks/exit {"container_id":"${id}","id":"${process}","pid":1,"exited_at":"2026-11-30T12:32:14.766546963Z"}`
  expect(taskEventIn(exit(id))).toEqual({
    kind: 'exit',
    container: id,
    atMs: Date.parse('2026-11-30T12:32:14.766Z'),
  })
  expect(taskEventIn(exit('a-command-beside-it'))).toBeUndefined()
  expect(taskEventIn(`${at} /containers/create {"id":"${id}"}`)).toBeUndefined()
})

test('counts each instant in which all of them ran, once', () => {
  const instant = fc.integer({ min: 0, max: 30 })
  const run = fc.tuple(instant, fc.option(instant, { nil: undefined })).map(
    ([from, to]): Run => ({
      startedAtMs: Math.min(from, to ?? from),
      ...(to === undefined ? {} : { endedAtMs: Math.max(from, to) }),
    }),
  )
  const services = fc.array(fc.array(run, { maxLength: 4 }), { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(services, instant, instant, (all, one, other) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)]
      let expected = 0
      for (let at = from; at < to; at += 1) {
        const ran = (runs: readonly Run[]) =>
          runs.some(({ startedAtMs, endedAtMs = to }) => startedAtMs <= at && at < endedAtMs)
        if (all.every(ran)) expected += 1
      }
      expect(togetherMs(all, from, to)).toBe(expected)
    }),
  )
})
