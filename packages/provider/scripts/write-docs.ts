import { writeFileSync } from 'node:fs'
import { ruleFileJsonSchema } from '../src/pricing/rule-file-schema.ts'

const file = new URL('../../../docs/schema/pricing-rules.schema.json', import.meta.url)
writeFileSync(file, `${JSON.stringify(ruleFileJsonSchema(), null, 2)}\n`)
