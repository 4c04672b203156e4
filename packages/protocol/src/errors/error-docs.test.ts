import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { errorDocs } from './error-docs.ts'

test('docs/errors.md lists the codes as they are (npm run docs writes it anew)', async () => {
  const written = await readFile(new URL('../../../../docs/errors.md', import.meta.url), 'utf8')
  expect(written).toBe(errorDocs())
})
