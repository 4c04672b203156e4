// Lists every custom error of the generated ABIs with its inputs, for whoever writes a sentence for it.
import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../src/generated/', import.meta.url)
const seen = new Map()
for (const file of readdirSync(folder).filter((name) => name.endsWith('-abi.ts'))) {
  const text = readFileSync(new URL(file, folder), 'utf8')
  const abi = JSON.parse(text.slice(text.indexOf('['), text.lastIndexOf(']') + 1))
  for (const item of abi) {
    if (item.type === 'error')
      seen.set(item.name, item.inputs.map((input) => `${input.type} ${input.name}`).join(', '))
  }
}
for (const [name, inputs] of [...seen].sort()) console.log(`${name}(${inputs})`)
