import { expect, test } from 'vitest'
import { checkFile } from './check-file.ts'
import { type CheckAnswer, type CheckQuestion, createFileChecker } from './file-checker.ts'
import { nothingGiven } from './given-inputs.ts'

/** A worker whose answers come when the test says. */
function pausedWorkers() {
  const workers: {
    questions: CheckQuestion[]
    answer: (data: CheckAnswer) => void
    fail: () => void
    ended: boolean
  }[] = []
  const start = () => {
    const hears = new Map<string, (event: never) => void>()
    const worker = {
      questions: [] as CheckQuestion[],
      ended: false,
      answer: (data: CheckAnswer) => hears.get('message')?.({ data } as never),
      fail: () => hears.get('error')?.({ message: 'broken' } as never),
    }
    workers.push(worker)
    return {
      postMessage: (question: CheckQuestion) => void worker.questions.push(question),
      addEventListener: (type: string, hear: (event: never) => void) => void hears.set(type, hear),
      terminate: () => {
        worker.ended = true
      },
    }
  }
  return { workers, start }
}

test('gives each question its own answer, in whatever order they come', async () => {
  const { workers, start } = pausedWorkers()
  const check = createFileChecker(start)
  expect(workers).toEqual([])
  const answers = [check('image: a', 'a.yaml', nothingGiven), check('image: b', 'b.yaml', nothingGiven)]
  for (const { id, source, file } of workers[0]?.questions.toReversed() ?? [])
    workers[0]?.answer({ id, validation: checkFile(source, file) })
  expect((await Promise.all(answers)).map(({ workload }) => workload?.name)).toEqual(['a', 'b'])
  expect(workers.length).toBe(1)
})

test('fails the questions of a broken worker and starts another', async () => {
  const { workers, start } = pausedWorkers()
  const check = createFileChecker(start)
  const lost = check('image: a', 'a.yaml', nothingGiven)
  workers[0]?.fail()
  await expect(lost).rejects.toThrow('broken')
  expect(workers[0]?.ended).toBe(true)
  const next = check('image: b', 'b.yaml', nothingGiven)
  const [question] = workers[1]?.questions ?? []
  if (question === undefined) throw new Error('nothing was asked')
  workers[1]?.answer({ id: question.id, validation: checkFile(question.source, question.file) })
  expect((await next).workload?.name).toBe('b')
})
