#!/usr/bin/env node
import process from 'node:process'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `Sublet needs Node 20.19 or later; this is ${process.versions.node}. See https://nodejs.org\n`,
  )
  process.exit(1)
}

const { compiledProgram } = await import('./compiled-program.js')
// Whoever debugs wants the lines of the sources in stack traces.
const compiled = process.env.SUBLET_DEBUG ? undefined : await compiledProgram()
if (compiled === undefined && !('typescript' in process.features && process.features.typescript)) {
  const { register } = await import('tsx/esm/api')
  register()
}
const { main } = await import(compiled ?? '../src/main.ts')
await main(process.argv.slice(2))
