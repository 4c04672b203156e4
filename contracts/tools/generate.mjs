#!/usr/bin/env node
// Writes src/generated from forge's output: ABIs `as const`, a typed client of each contract, and the bytecode that `deployNetwork` needs.
// `--check` writes nothing and fails when a file is not current.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../', import.meta.url))
const check = process.argv.includes('--check')

/** Contracts that others call; those marked `deploy` are deployed by `deployNetwork`. */
const contracts = JSON.parse(readFileSync(`${folder}tools/generated-contracts.json`, 'utf8'))

const banner = '// Written by `npm run generate -w contracts`; do not edit.\n'
const stale = []

function emit(name, text) {
  const path = `${folder}src/generated/${name}`
  let current = ''
  try {
    current = readFileSync(path, 'utf8')
  } catch {}
  if (current === text) return
  if (check) stale.push(name)
  else writeFileSync(path, text)
}

const camel = (name) => name[0].toLowerCase() + name.slice(1)
const kebab = (name) => name.replace(/(?!^)([A-Z])/g, '-$1').toLowerCase()

mkdirSync(`${folder}src/generated`, { recursive: true })
let bytecode = banner
let imports = ''
let clients = `
/** Who reads, and who sends where something is to be sent. */
export type ContractClients = Client | { public: Client; wallet: Client }
`
for (const { name, deploy } of contracts) {
  const { abi, bytecode: code } = JSON.parse(
    readFileSync(`${folder}out/ship/${name}.sol/${name}.json`, 'utf8'),
  )
  emit(
    `${kebab(name)}-abi.ts`,
    `${banner}export const ${camel(name)}Abi = ${JSON.stringify(abi, null, 1)} as const\n`,
  )
  imports += `import { ${camel(name)}Abi } from './${kebab(name)}-abi.ts'\n`
  clients += `
/** \`${name}\` at an address: \`read\`, \`write\`, \`simulate\`, \`estimateGas\`, and \`getEvents\`, each with its functions or events by name. */
export const ${camel(name)}Contract = <const clients extends ContractClients>(address: Address, client: clients) =>
  getContract({ abi: ${camel(name)}Abi, address, client })
`
  if (deploy) bytecode += `\nexport const ${camel(name)}Bytecode =\n  '${code.object}' as const\n`
}
emit('bytecode.ts', bytecode)
emit(
  'contracts.ts',
  `${banner}import { type Address, type Client, getContract } from 'viem'\n${imports}${clients}`,
)
if (stale.length > 0) {
  console.error(`not current: ${stale.join(', ')}; run \`npm run generate -w contracts\``)
  process.exitCode = 1
}
