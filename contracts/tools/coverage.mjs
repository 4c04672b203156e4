#!/usr/bin/env node
// Measures how much of solidity/ the unit and fuzz tests reach (the campaigns left out) and fails below 98 % of the lines or of the
// branches. What is not reached is named.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const leastPercent = 98
const folder = mkdtempSync(join(tmpdir(), 'sublet-coverage-'))
let records
try {
  const report = join(folder, 'lcov.info')
  const forge = fileURLToPath(new URL('forge.mjs', import.meta.url))
  const options = ['--report', 'lcov', '--report-file', report, '--no-match-contract', 'Invariants']
  const run = spawnSync(process.execPath, [forge, 'coverage', ...options], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (run.status !== 0) {
    console.error(run.stdout + run.stderr)
    process.exit(1)
  }
  records = readFileSync(report, 'utf8').split('end_of_record')
} finally {
  rmSync(folder, { recursive: true })
}

const total = { lines: 0, linesHit: 0, branches: 0, branchesHit: 0 }
for (const record of records) {
  const file = /^SF:(.*)$/m.exec(record)?.[1]
  if (file === undefined || !file.startsWith('contracts/solidity/')) continue
  const lines = [...record.matchAll(/^DA:(\d+),(\d+)/gm)]
  const branches = [...record.matchAll(/^BRDA:(\d+),\d+,\d+,(\d+|-)$/gm)]
  const isMissed = ([, , hits]) => hits === '0' || hits === '-'
  total.lines += lines.length
  total.linesHit += lines.filter((line) => !isMissed(line)).length
  total.branches += branches.length
  total.branchesHit += branches.filter((branch) => !isMissed(branch)).length
  for (const [, line] of lines.filter(isMissed)) console.log(`no test reaches the line ${file}:${line}`)
  for (const [, line] of branches.filter(isMissed)) console.log(`no test takes a branch at ${file}:${line}`)
}

for (const [what, all, hit] of [
  ['lines', total.lines, total.linesHit],
  ['branches', total.branches, total.branchesHit],
]) {
  const percent = (100 * hit) / all
  console.log(`${hit} of ${all} ${what}: ${percent.toFixed(2)} %`)
  // Written so that nothing measured at all fails too.
  if (!(percent >= leastPercent)) {
    console.error(`Fewer than ${leastPercent} % of the ${what}: write the tests that are missing.`)
    process.exitCode = 1
  }
}
