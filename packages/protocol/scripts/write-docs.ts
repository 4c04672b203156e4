import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorDocs } from '../src/errors/error-docs.ts'
import { docFiles } from '../src/workload/schema/doc-files.ts'

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url))
for (const [path, text] of Object.entries({ ...docFiles(), 'errors.md': errorDocs() })) {
  mkdirSync(dirname(`${docs}${path}`), { recursive: true })
  writeFileSync(`${docs}${path}`, text)
}
