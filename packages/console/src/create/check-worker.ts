import { checkFile } from './check-file.ts'
import type { CheckAnswer, CheckQuestion } from './file-checker.ts'

// Beside the page, so that a long file never makes typing wait.
self.addEventListener('message', ({ data: { id, source, file, given } }: MessageEvent<CheckQuestion>) => {
  const answer: CheckAnswer = { id, validation: checkFile(source, file, given) }
  self.postMessage(answer)
})
