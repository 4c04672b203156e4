import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * A neighbour of this machine, in a network namespace of its own behind a pair of interfaces: what is sent to it is
 * forwarded, as to any other machine. It answers by TCP and UDP on its port at each of its addresses.
 */
export interface SecondMachine extends AsyncDisposable {
  addresses: readonly string[]
  port: number
}

const port = 7_000
/** One socket at each address: an answer has to come from where it was asked. */
const answering = `
  const addresses = process.argv.slice(1)
  let left = addresses.length
  const up = () => (left -= 1) || console.log('up')
  require('node:net').createServer((socket) => socket.on('error', () => {}).end('second machine')).listen(${port}, '0.0.0.0', () => {
    for (const address of addresses) {
      const udp = require('node:dgram').createSocket('udp4')
      udp.on('message', (_bytes, from) => udp.send('second machine', from.port, from.address))
      udp.bind(${port}, address, up)
    }
  })
`

/**
 * `subnet` is a /30 that nothing else uses, such as `10.251.7.0`; the machine has its third address and all of
 * `further`. Needs root and iproute2.
 */
export async function startSecondMachine(
  name: string,
  subnet: string,
  further: readonly string[],
): Promise<SecondMachine> {
  const undo: (() => Promise<unknown>)[] = []
  const dispose = async () => {
    for (const step of undo.reverse()) await step().catch(() => undefined)
  }
  const ip = (...args: string[]) => run('ip', args)
  const within = (...args: string[]) => run('ip', ['-n', name, ...args])
  const [base, last] = [subnet.slice(0, subnet.lastIndexOf('.')), Number(subnet.split('.').at(-1))]
  const here = `${base}.${last + 1}`
  const there = `${base}.${last + 2}`
  const [near, far] = [`${name}-a`, `${name}-b`]
  try {
    await ip('netns', 'add', name)
    undo.push(() => ip('netns', 'del', name))
    await ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name)
    undo.push(() => ip('link', 'del', near))
    await ip('address', 'add', `${here}/30`, 'dev', near)
    await ip('link', 'set', near, 'up')
    await within('link', 'set', 'lo', 'up')
    await within('address', 'add', `${there}/30`, 'dev', far)
    await within('link', 'set', far, 'up')
    await within('route', 'add', 'default', 'via', here)
    for (const address of further) {
      await within('address', 'add', `${address}/32`, 'dev', far)
      // Goes with the interface.
      await ip('route', 'add', `${address}/32`, 'via', there)
    }
    const addresses = [there, ...further]
    const server = spawn('ip', ['netns', 'exec', name, process.execPath, '-e', answering, ...addresses], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(server, 'exit')
    undo.push(async () => {
      server.kill('SIGKILL')
      await ended
    })
    const up = once(createInterface(server.stdout), 'line')
    await Promise.race([
      up,
      ended.then(([code]) => Promise.reject(new Error(`the second machine ended with ${code}`))),
    ])
    return { addresses, port, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}
