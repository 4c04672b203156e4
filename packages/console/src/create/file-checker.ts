import type { CheckedFile } from './check-file.ts'
import type { GivenInputs } from './given-inputs.ts'

export interface CheckQuestion {
  id: number
  source: string
  file: string
  given: GivenInputs
}

export interface CheckAnswer {
  id: number
  validation: CheckedFile
}

interface Waiting {
  resolve: (validation: CheckedFile) => void
  reject: (error: Error) => void
}

/** The part of a web worker that is needed. */
export interface CheckWorker {
  postMessage(question: CheckQuestion): void
  addEventListener(type: 'message', hear: (event: { data: CheckAnswer }) => void): void
  addEventListener(type: 'error', hear: (event: { message: string }) => void): void
  terminate(): void
}

/**
 * Checks files with the readers that providers and the command line use. The worker starts with the first question and
 * is loaded no earlier; if it breaks, its questions fail and the next one starts another.
 */
export function createFileChecker(
  startWorker: () => CheckWorker,
): (source: string, file: string, given: GivenInputs) => Promise<CheckedFile> {
  const waiting = new Map<number, Waiting>()
  let worker: CheckWorker | undefined
  let lastId = 0

  const start = () => {
    const started = startWorker()
    started.addEventListener('message', ({ data: { id, validation } }) => {
      waiting.get(id)?.resolve(validation)
      waiting.delete(id)
    })
    started.addEventListener('error', ({ message }) => {
      started.terminate()
      worker = undefined
      for (const { reject } of waiting.values())
        reject(new Error(message || 'The file could not be checked.'))
      waiting.clear()
    })
    return started
  }

  return (source, file, given) =>
    new Promise((resolve, reject) => {
      lastId += 1
      waiting.set(lastId, { resolve, reject })
      worker ??= start()
      worker.postMessage({ id: lastId, source, file, given })
    })
}

export const checkInWorker = createFileChecker(
  () => new Worker(new URL('./check-worker.ts', import.meta.url), { type: 'module', name: 'file-check' }),
)
