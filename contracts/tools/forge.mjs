#!/usr/bin/env node
// Runs forge with the repository as its root (node_modules lies there) and contracts/foundry.toml as its configuration. The executable itself:
// the Node script that its package puts before it ends well whatever forge ends with.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const architecture = { x64: 'amd64' }[process.arch] ?? process.arch
// The platform's package is a dependency of the main one, so it is looked for from there.
const main = createRequire(import.meta.url).resolve('@foundry-rs/forge/package.json')
const executable = process.platform === 'win32' ? 'forge.exe' : 'forge'
const forge = createRequire(main).resolve(
  `@foundry-rs/forge-${process.platform}-${architecture}/bin/${executable}`,
)
const child = spawn(forge, process.argv.slice(2), {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, FOUNDRY_CONFIG: 'contracts/foundry.toml' },
})
child.on('exit', (code, signal) => {
  process.exitCode = signal ? 1 : (code ?? 1)
})
