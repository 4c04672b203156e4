import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import process from 'node:process'
import { brokenFiles } from '../src/workload/testing/broken-files.ts'
import { readingProblem } from '../src/workload/testing/check-reading.ts'
import { largeFile, largeFiles } from '../src/workload/testing/large-files.ts'
import { mutate, seededRandom } from '../src/workload/testing/mutate.ts'
import { seedFiles, seedInputs } from '../src/workload/testing/seed-files.ts'

// Usage: npm run fuzz -w packages/protocol -- [COUNT] [SEED] [FOLDER of more files]
//        npm run fuzz -w packages/protocol -- large      hostile files from 1 MiB down to where none is refused for its size
const [count = '1000000', seed = '2', folder] = process.argv.slice(2)
const limitMs = 50

type Inputs = Parameters<typeof readingProblem>[1]

/** Now and then what stands around the file is broken too. */
function mutatedInputs(random: () => number): Inputs {
  if (random() < 0.75) return seedInputs
  const seeds = Object.values(seedInputs.files)
  return { ...seedInputs, files: { '.env': mutate(seeds, random), 'app.env': mutate(seeds, random) } }
}

/** Milliseconds of this process's own work, so that a busy machine does not count as a hang: the least of five. */
function leastWork(text: string, inputs: Inputs): number {
  const times = Array.from({ length: 5 }, () => {
    const start = process.cpuUsage()
    readingProblem(text, inputs)
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1000
  })
  return Math.min(...times)
}

/** The problem, or what reading cost in milliseconds. */
function judge(text: string, inputs: Inputs = {}): string | number {
  const start = performance.now()
  let problem: string | undefined
  try {
    problem = readingProblem(text, inputs)
  } catch (error) {
    problem = `crashed: ${error instanceof Error ? error.stack : String(error)}`
  }
  if (problem !== undefined) return problem
  const took = performance.now() - start
  return took > limitMs ? leastWork(text, inputs) : took
}

function fuzzBroken(): number {
  const texts = seedFiles.concat(
    folder === undefined || !existsSync(folder)
      ? []
      : readdirSync(folder, { recursive: true, encoding: 'utf8' })
          .filter((path) => /\.(ya?ml|json)$/.test(path) && statSync(`${folder}/${path}`).isFile())
          .map((path) => readFileSync(`${folder}/${path}`, 'utf8')),
  )
  const broken = brokenFiles(texts, Number(seed))
  const random = seededRandom(Number(seed))
  let slowest = 0
  let failures = 0
  for (let index = 0; index < Number(count); index++) {
    const text = broken.next().value
    const outcome = judge(text, mutatedInputs(random))
    if (typeof outcome === 'number') slowest = Math.max(slowest, outcome)
    if (typeof outcome === 'string' || outcome > limitMs) {
      failures += 1
      const what = typeof outcome === 'string' ? outcome : `took ${outcome.toFixed(0)} ms of work`
      process.stderr.write(`file ${index}: ${what}\n${text.slice(0, 2000)}\n\n`)
    }
    if ((index + 1) % 50_000 === 0) process.stderr.write(`${index + 1} files, ${failures} failures\n`)
  }
  process.stdout.write(
    `${count} broken files from ${texts.length}: ${failures} failures, slowest ${slowest.toFixed(1)} ms\n`,
  )
  return failures
}

function fuzzLarge(): number {
  let failures = 0
  let files = 0
  let slowest = 0
  for (const file of largeFiles) {
    let worst = 0
    let worstLength = 0
    for (let length = 1024 * 1024 - 10; length > 8192; length = Math.floor(length * 0.75)) {
      const outcome = judge(largeFile(file, length))
      files += 1
      if (typeof outcome === 'string') {
        failures += 1
        process.stderr.write(`${file.name}, ${length} characters: ${outcome}\n`)
      } else if (outcome > worst) {
        worst = outcome
        worstLength = length
      }
    }
    if (worst > limitMs) failures += 1
    slowest = Math.max(slowest, worst)
    process.stdout.write(
      `${file.name.padEnd(32)} ${worst.toFixed(1).padStart(7)} ms at ${worstLength} characters\n`,
    )
  }
  process.stdout.write(`${files} large files: ${failures} failures, slowest ${slowest.toFixed(1)} ms\n`)
  return failures
}

process.exit((count === 'large' ? fuzzLarge() : fuzzBroken()) === 0 ? 0 : 1)
