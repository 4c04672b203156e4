// Stands between the provider and one process of the host runtime: it holds the process's pipes, writes its output to
// bounded files and its end to a file, and so lives on when the provider dies. Run as: node supervisor.mjs FOLDER, with
// the command as JSON on standard input, so that the environment never lies on the disk.
import { spawn } from 'node:child_process'
import { closeSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { processStart } from './process-start.mjs'

const folder = process.argv[2]
const mostLogBytes = 10 * 1024 * 1024
const mostLineBytes = 256 * 1024

function writeJson(name, value) {
  const temporary = join(folder, `${name}.new`)
  writeFileSync(temporary, JSON.stringify(value), { mode: 0o600 })
  renameSync(temporary, join(folder, name))
}

async function readStandardInput() {
  const chunks = []
  for await (const chunk of process.stdin) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

const logPath = join(folder, 'log.jsonl')
let log = openSync(logPath, 'a', 0o600)
let logBytes = 0

function writeLine(stream, text) {
  const line = Buffer.from(`${JSON.stringify({ stream, atMs: Date.now(), text })}\n`)
  if (logBytes + line.length > mostLogBytes) {
    closeSync(log)
    renameSync(logPath, join(folder, 'log.1.jsonl'))
    log = openSync(logPath, 'a', 0o600)
    logBytes = 0
  }
  writeSync(log, line)
  logBytes += line.length
}

function follow(stream, readable) {
  let rest = ''
  readable.setEncoding('utf8')
  readable.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()
    for (const line of lines) writeLine(stream, line.endsWith('\r') ? line.slice(0, -1) : line)
    if (rest.length > mostLineBytes) {
      writeLine(stream, rest)
      rest = ''
    }
  })
  const finish = () => {
    if (rest !== '') writeLine(stream, rest)
    rest = ''
  }
  readable.on('end', finish)
  return finish
}

const { command, env, workingDir } = await readStandardInput()
rmSync(join(folder, 'exit.json'), { force: true })
const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15, SIGSEGV: 11, SIGABRT: 6 }
const child = spawn(command[0], command.slice(1), {
  cwd: workingDir,
  env,
  stdio: ['ignore', 'pipe', 'pipe'],
  // A group of its own, so that all it starts can be ended together.
  detached: true,
})
child.on('error', (error) => {
  writeLine('stderr', `cannot start ${command[0]}: ${error.message}`)
  writeJson('exit.json', { exitCode: 127, finishedAtMs: Date.now() })
})
child.on('spawn', () => {
  writeJson('state.json', {
    pid: child.pid,
    pidStart: processStart(child.pid),
    supervisorPid: process.pid,
    supervisorStart: processStart(process.pid),
    startedAtMs: Date.now(),
  })
})
const outputs = [follow('stdout', child.stdout), follow('stderr', child.stderr)]
/** How long what is left of the process may hold its pipes open and still be heard. */
const leftBehindMs = 1_000

child.on('exit', (code, signal) => {
  const finishedAtMs = Date.now()
  // As in a container, the end of the first process is the end of all that it started.
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nothing is left.
  }
  // Told once and by nobody later: the folder may be another run's by then.
  const tell = () => {
    for (const finish of outputs) finish()
    const exitCode = code ?? 128 + (signalNumbers[signal] ?? 0)
    writeJson('exit.json', { exitCode, finishedAtMs, signalled: signal !== null })
    process.exit(0)
  }
  // Both pipes are read to their ends.
  child.on('close', tell)
  // Whoever took the pipes into a group of its own may keep them open for ever. On a busy machine this timer comes before
  // what lies in them; one turn of the loop takes that all out.
  setTimeout(() => setImmediate(() => setImmediate(tell)), leftBehindMs)
})
process.on('SIGHUP', () => {})
process.on('SIGINT', () => {})
