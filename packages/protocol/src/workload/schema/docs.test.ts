import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readWorkload } from '../read-workload.ts'
import { docFiles } from './doc-files.ts'
import { fullerFile, smallestFile } from './reference-page.ts'

const docs = fileURLToPath(new URL('../../../../../docs/', import.meta.url))

test('the schemas and the reference pages in docs are what the schemas give', () => {
  for (const [path, text] of Object.entries(docFiles())) {
    expect(
      readFileSync(`${docs}${path}`, 'utf8'),
      `run \`npm run docs -w packages/protocol\` for ${path}`,
    ).toBe(text)
  }
})

test('the files on the reference page are valid', () => {
  for (const text of [smallestFile, fullerFile]) {
    expect(readWorkload(text, { file: 'app.yaml' })).toMatchObject({
      format: 'sublet',
      findings: [],
      workload: {},
    })
  }
})
