#!/usr/bin/env node
// Runs forge with the repository as its root (node_modules lies there) and contracts/foundry.toml as its configuration.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const forge = createRequire(import.meta.url).resolve('@foundry-rs/forge/bin.mjs')
const child = spawn(process.execPath, [forge, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, TARGET_TOOL: 'forge', FOUNDRY_CONFIG: 'contracts/foundry.toml' },
})
child.on('exit', (code, signal) => {
  process.exitCode = signal ? 1 : (code ?? 1)
})
