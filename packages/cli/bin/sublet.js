#!/usr/bin/env node
import process from 'node:process'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `Sublet needs Node 20.19 or later; this is ${process.versions.node}. See https://nodejs.org\n`,
  )
  process.exit(1)
}

// From 22.18 on Node reads TypeScript itself, which starts faster; before, tsx does.
if (!process.features.typescript) {
  const { register } = await import('tsx/esm/api')
  register()
}
const { main } = await import('../src/main.ts')
await main(process.argv.slice(2))
