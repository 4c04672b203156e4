import { expect, test } from 'vitest'
import { openFile } from './open-file.ts'

test('a file that is too long is refused in words and never read', async () => {
  const file = { name: 'big.yaml', size: 1024 * 1024 + 1, text: () => Promise.reject(new Error('was read')) }
  expect(await openFile(file)).toEqual({ refusal: expect.stringContaining('big.yaml is larger than 1 MiB') })
})

test('any other is read', async () => {
  const file = { name: 'app.yaml', size: 9, text: async () => 'image: x\n' }
  expect(await openFile(file)).toEqual({ name: 'app.yaml', text: 'image: x\n' })
})
