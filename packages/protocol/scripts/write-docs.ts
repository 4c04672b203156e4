import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { docFiles } from '../src/workload/schema/doc-files.ts'

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url))
for (const [path, text] of Object.entries(docFiles())) {
  mkdirSync(dirname(`${docs}${path}`), { recursive: true })
  writeFileSync(`${docs}${path}`, text)
}
