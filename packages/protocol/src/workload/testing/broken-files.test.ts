import { expect, test } from 'vitest'
import { brokenFiles } from './broken-files.ts'

const file = 'services:\n  web:\n    image: nginx:1.27\n    ports: ["80:80"]\n'

function some(seed: number): string[] {
  const broken = brokenFiles([file], seed)
  return Array.from({ length: 200 }, () => broken.next().value)
}

test('the same seed breaks files in the same ways, another in others', () => {
  expect(some(1)).toEqual(some(1))
  expect(some(1)).not.toEqual(some(2))
})
