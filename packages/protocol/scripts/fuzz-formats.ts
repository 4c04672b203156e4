import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import process from 'node:process'
import { readingProblem } from '../src/workload/testing/check-reading.ts'
import { mutate, seededRandom } from '../src/workload/testing/mutate.ts'
import { seedFiles } from '../src/workload/testing/seed-files.ts'

// Usage: npm run fuzz -w packages/protocol -- [COUNT] [SEED] [FOLDER of more files]
const [count = '1000000', seed = '2', folder] = process.argv.slice(2)
const limitMs = 50
const texts = seedFiles.concat(
  folder === undefined || !existsSync(folder)
    ? []
    : readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((path) => /\.(ya?ml|json)$/.test(path) && statSync(`${folder}/${path}`).isFile())
        .map((path) => readFileSync(`${folder}/${path}`, 'utf8')),
)

/** Milliseconds of this process's own work, so that a busy machine does not count as a hang: the least of five. */
function leastWork(text: string): number {
  const times = Array.from({ length: 5 }, () => {
    const start = process.cpuUsage()
    readingProblem(text)
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1000
  })
  return Math.min(...times)
}

const random = seededRandom(Number(seed))
let slowest = 0
let failures = 0
for (let index = 0; index < Number(count); index++) {
  const text = mutate(texts, random)
  const start = performance.now()
  let problem: string | undefined
  try {
    problem = readingProblem(text)
  } catch (error) {
    problem = `crashed: ${error instanceof Error ? error.stack : String(error)}`
  }
  const took = performance.now() - start
  if (problem === undefined && took > limitMs) {
    const again = leastWork(text)
    slowest = Math.max(slowest, again)
    if (again > limitMs) problem = `took ${again.toFixed(0)} ms of work`
  } else slowest = Math.max(slowest, took)
  if (problem !== undefined) {
    failures += 1
    process.stderr.write(`file ${index}: ${problem}\n${text.slice(0, 2000)}\n\n`)
  }
  if ((index + 1) % 50_000 === 0) process.stderr.write(`${index + 1} files, ${failures} failures\n`)
}
process.stdout.write(
  `${count} mutated files from ${texts.length}: ${failures} failures, slowest ${slowest.toFixed(1)} ms\n`,
)
process.exit(failures === 0 ? 0 : 1)
