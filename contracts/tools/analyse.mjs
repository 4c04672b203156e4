#!/usr/bin/env node
// Runs Slither over solidity/ and holds its findings of high and medium impact against `accepted-findings.json`, which ANALYSIS.md
// explains: a new one fails, and so does one that is gone. Slither comes from PyPI; SUBLET_SLITHER says where it is, PATH otherwise.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const slither = process.env.SUBLET_SLITHER ?? 'slither'
const run = (command, args, options) =>
  spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options })

if (run(slither, ['--version']).status !== 0) {
  console.error('Slither is not here: pip install slither-analyzer, or set SUBLET_SLITHER to it.')
  process.exit(2)
}

const build = run(
  process.execPath,
  [join(root, 'contracts/tools/forge.mjs'), 'build', '--skip', 'test', '--build-info', '--force'],
  {
    env: {
      ...process.env,
      FOUNDRY_OUT: 'contracts/out/analysis',
      FOUNDRY_CACHE_PATH: 'contracts/cache/analysis',
    },
  },
)
if (build.status !== 0) {
  console.error(build.stdout + build.stderr)
  process.exit(1)
}

// Slither looks for a foundry.toml in the folder that it is pointed at, and asks the forge on PATH what it says.
const folder = mkdtempSync(join(tmpdir(), 'sublet-analysis-'))
let findings
try {
  writeFileSync(join(folder, 'foundry.toml'), '')
  for (const name of ['contracts', 'node_modules']) symlinkSync(join(root, name), join(folder, name))
  const report = join(folder, 'report.json')
  const analysis = run(
    slither,
    [
      '.',
      '--compile-force-framework=foundry',
      '--ignore-compile',
      '--foundry-out-directory=contracts/out/analysis',
      '--filter-paths=node_modules|contracts/test',
      '--exclude-informational',
      '--exclude-optimization',
      '--exclude-low',
      `--json=${report}`,
    ],
    {
      cwd: folder,
      env: { ...process.env, PATH: join(root, 'node_modules/.bin') + delimiter + process.env.PATH },
    },
  )
  try {
    findings = JSON.parse(readFileSync(report, 'utf8'))
  } catch {
    console.error(analysis.stdout + analysis.stderr)
    process.exit(1)
  }
} finally {
  rmSync(folder, { recursive: true })
}
if (!findings.success) {
  console.error(findings.error)
  process.exit(1)
}

/** Says the same of a finding wherever in its file it moves. */
function nameOf({ impact, check, elements }) {
  const file = elements[0]?.source_mapping?.filename_relative?.split('/').at(-1) ?? 'nowhere'
  const what = elements.filter(({ type }) => type === 'function' || type === 'variable')[0]
  const parent = what?.type_specific_fields?.parent?.name
  return `${impact} ${check} ${file} ${parent === undefined ? '' : `${parent}.`}${what?.name ?? ''}`
}

const found = [...new Set((findings.results.detectors ?? []).map(nameOf))].sort()
const path = new URL('accepted-findings.json', import.meta.url)
if (process.argv.includes('--write')) writeFileSync(path, `${JSON.stringify(found, null, 2)}\n`)
const accepted = JSON.parse(readFileSync(path, 'utf8'))
const fresh = found.filter((finding) => !accepted.includes(finding))
const gone = accepted.filter((finding) => !found.includes(finding))
for (const finding of fresh) console.error(`new: ${finding}`)
for (const finding of gone) console.error(`no longer found: ${finding}`)
if (fresh.length + gone.length > 0) {
  console.error(
    'Mend what is new, or explain it in ANALYSIS.md and accept it: npm run analyse -w contracts -- --write',
  )
  process.exitCode = 1
} else {
  console.log(`${found.length} findings, all of them explained in ANALYSIS.md`)
}
