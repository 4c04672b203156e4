import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type GroupState, progressOf, type ReplicaProgress } from './group-progress.ts'

type Plan = Parameters<typeof progressOf>[0]
const service = (name: string, more: Partial<Plan[number]> = {}): Plan[number] => ({
  name,
  dependsOn: [],
  stopWith: [],
  replicas: 1,
  job: undefined,
  ...more,
})
const up: ReplicaProgress = { started: true, ready: true, ended: undefined }
const coming: ReplicaProgress = { started: true, ready: false, ended: undefined }
const ended = (exitCode: number): ReplicaProgress => ({
  started: true,
  ready: false,
  ended: { exitCode, failed: exitCode !== 0 },
})
const state = (entries: Record<string, ReplicaProgress[]>): GroupState => new Map(Object.entries(entries))
const job = { results: [] }

test('everything without dependencies starts at once', () => {
  const progress = progressOf([service('a'), service('b')], state({}))
  expect(progress).toMatchObject({ startable: ['a', 'b'], ready: false, finished: undefined })
})

test('each condition lets its dependent start when it is met, not before', () => {
  const cases = [
    ['started', coming, true],
    ['healthy', coming, false],
    ['healthy', up, true],
    ['completed', up, false],
    ['completed', ended(0), true],
    ['completed', ended(1), false],
    ['ended', ended(1), true],
  ] as const
  for (const [condition, first, starts] of cases) {
    const plan = [service('a'), service('b', { dependsOn: [{ service: 'a', condition }] })]
    expect([condition, progressOf(plan, state({ a: [first] })).startable]).toEqual([
      condition,
      starts ? ['b'] : [],
    ])
  }
})

test('a group is ready when only work that waits for work is missing', () => {
  const plan = [
    service('train', { job }),
    service('serve', { dependsOn: [{ service: 'train', condition: 'completed' }] }),
  ]
  expect(progressOf(plan, state({ train: [coming] })).ready).toBe(true)
})

test('a group of jobs is finished when the last is, with the first bad exit code', () => {
  const plan = [
    service('db'),
    service('one', { job }),
    service('two', { job, dependsOn: [{ service: 'one', condition: 'ended' }] }),
  ]
  expect(progressOf(plan, state({ db: [up], one: [ended(3)] })).finished).toBeUndefined()
  expect(progressOf(plan, state({ db: [up], one: [ended(3)], two: [ended(0)] })).finished).toEqual({
    exitCode: 3,
    jobs: true,
  })
})

test('a server that waits for work to be done outlives that work, and so does what needs it', () => {
  const plan = [
    service('prepare', { job }),
    service('web', { dependsOn: [{ service: 'prepare', condition: 'completed' }] }),
    service('proxy', { dependsOn: [{ service: 'web', condition: 'started' }] }),
    service('company'),
  ]
  const at = (more: Record<string, ReplicaProgress[]>) =>
    progressOf(plan, state({ prepare: [ended(0)], company: [up], ...more }))
  expect(at({})).toMatchObject({ startable: ['web'], finished: undefined })
  expect(at({ web: [up], proxy: [up] }).finished).toBeUndefined()
  expect(at({ web: [ended(0)], proxy: [up] }).finished).toBeUndefined()
  expect(at({ web: [ended(3)], proxy: [ended(0)] }).finished).toEqual({ exitCode: 3, jobs: true })
})

test('what can never start does not keep a group waiting', () => {
  const plan = [
    service('one', { job }),
    service('two', { job, dependsOn: [{ service: 'one', condition: 'completed' }] }),
  ]
  expect(progressOf(plan, state({ one: [ended(1)] }))).toMatchObject({
    startable: [],
    finished: { exitCode: 1, jobs: true },
  })
})

test('the end of one takes along those that stop with it', () => {
  const plan = [service('main', { job }), service('side', { stopWith: ['main'] })]
  expect(progressOf(plan, state({ main: [ended(0)], side: [up] })).toStop).toEqual(['side'])
})

const conditions = ['started', 'healthy', 'completed', 'ended'] as const

test('for any acyclic plan, playing it to its end finishes it', () => {
  const plans = fc.array(
    fc.record({
      isJob: fc.boolean(),
      needs: fc.array(fc.record({ on: fc.nat(), condition: fc.constantFrom(...conditions) }), {
        maxLength: 2,
      }),
      outcome: fc.constantFrom(ended(0), ended(2)),
    }),
    { minLength: 1, maxLength: 6 },
  )
  fc.assert(
    fc.property(plans, (drafts) => {
      const plan = drafts.map(({ isJob, needs }, index) =>
        service(`s${index}`, {
          job: isJob ? job : undefined,
          dependsOn:
            index === 0 ? [] : needs.map(({ on, condition }) => ({ service: `s${on % index}`, condition })),
        }),
      )
      const now = new Map<string, ReplicaProgress[]>()
      for (let round = 0; round < 40; round += 1) {
        const { startable, finished } = progressOf(plan, now)
        if (finished !== undefined) {
          // Nothing that decides is left running or able to start.
          const decisive = plan.some((one) => one.job !== undefined)
            ? plan.filter((one) => one.job !== undefined)
            : plan
          for (const { name } of decisive) expect(startable).not.toContain(name)
          return
        }
        for (const name of startable) now.set(name, [coming])
        const running = plan.findIndex(({ name }) => now.get(name)?.[0]?.ended === undefined && now.has(name))
        const name = plan[running]?.name
        if (name === undefined) continue
        // Each becomes ready and then ends, as drawn.
        if (now.get(name)?.[0]?.ready === false) now.set(name, [up])
        else now.set(name, [drafts[running]?.outcome ?? ended(0)])
      }
      throw new Error('never finished')
    }),
  )
})
