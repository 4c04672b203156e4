#!/usr/bin/env node
// forge asks a compiler for its version and then pipes standard JSON through it; the npm solc does both.
// Loading solc takes half a second, so the version comes from a constant that the test beside this file checks.
const version = '0.8.37+commit.f401782d.Emscripten.clang'

if (process.argv.includes('--version')) {
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${version}`)
} else {
  const solc = require('solc')
  process.removeAllListeners('uncaughtException')
  process.stdout.write(solc.compile(require('node:fs').readFileSync(0, 'utf8')))
}
