import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { promisify } from 'node:util'
import { createLog } from '@sublet/service'
import { describeWith } from '@sublet/testing'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { type DockerUnderTest, openDockerUnderTest } from '../../testing/docker-under-test.ts'
import { importProber, proberScript } from '../../testing/prober-image.ts'
import { startSecondMachine } from '../../testing/second-machine.ts'
import { createLeaseFirewall } from './firewall.ts'
import type { FirewallNames } from './firewall-rules.ts'

const tag = randomBytes(3).toString('hex')
const image = `sublet-test/firewall-prober-${tag}:1`
const run = promisify(execFile)
const iptables = (...args: string[]) => run('iptables', ['--wait', '20', ...args])
const log = createLog({ name: 'test', level: 'silent' })
const patience = { timeout: 20_000, interval: 20 }

/** Answers by TCP and UDP, as the second machine does. */
const answering = `
  require('net').createServer((s) => s.on('error', () => {}).end('x')).listen(7000, '0.0.0.0')
  const udp = require('dgram').createSocket('udp4')
  udp.on('message', (_, from) => udp.send('second machine', from.port, from.address))
  udp.bind(7000, '0.0.0.0', () => console.log('up'))
`

describeWith(['docker', 'iptables'])('what leases may not reach', () => {
  let engine: DockerUnderTest

  beforeAll(async () => {
    engine = await openDockerUnderTest('10.234.0.0/16')
    await importProber(engine.docker, image)
  })
  afterAll(async () => {
    await engine?.close()
    await engine?.docker.getImage(image).remove({ force: true })
  })

  /** A firewall whose chains nobody else on this machine has. */
  function ownFirewall(bridges: string) {
    const names: FirewallNames = { forward: `SUBLET-F-${tag}`, input: `SUBLET-I-${tag}`, bridges }
    onTestFinished(async () => {
      for (const [parent, chain] of [
        ['DOCKER-USER', names.forward],
        ['FORWARD', names.forward],
        ['INPUT', names.input],
      ] as const) {
        await iptables('-D', parent, '-i', bridges, '-j', chain).catch(() => undefined)
      }
      for (const chain of [names.forward, names.input]) {
        await iptables('-F', chain).catch(() => undefined)
        await iptables('-X', chain).catch(() => undefined)
      }
    })
    return { names, firewall: createLeaseFirewall(log, names) }
  }

  /** A network that is no lease's, on a bridge that no rule of a provider is about. */
  async function plainNetwork(bridge: string, subnet: string): Promise<string> {
    const network = await engine.docker.createNetwork({
      Name: bridge,
      Driver: 'bridge',
      IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] },
      Options: { 'com.docker.network.bridge.name': bridge },
    })
    onTestFinished(async () => {
      await network.remove()
    })
    return bridge
  }

  /** A container of no lease in such a network. */
  async function runPlain(network: string, Image: string, Cmd: string[]) {
    const container = await engine.docker.createContainer({
      Image,
      Cmd,
      Entrypoint: [],
      User: '0',
      Tty: true,
      HostConfig: { NetworkMode: network },
    })
    onTestFinished(() => container.remove({ force: true }))
    await container.start()
    return container
  }

  test('stays shut while the rules are set again, and is shut again by the next look', async () => {
    const bridge = `fwt${tag}`
    const { names, firewall } = ownFirewall(`${bridge}+`)
    const network = await plainNetwork(bridge, '10.251.201.0/26')
    let connections = 0
    const server = await listen((socket) => {
      if (socket.remoteAddress !== '127.0.0.1') connections += 1
      socket.end()
    })
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const trying = `
      const go = () => require('net').connect(${port}, '10.251.201.1').on('error', () => {}).on('close', () => setTimeout(go, 1))
      for (let i = 0; i < 4; i++) go()`
    await runPlain(network, 'sublet.local/hello:1', ['/usr/local/bin/node', '-e', trying])
    /** What was let in before the rules stood is told of late; each of these comes after it. */
    const untilQuiet = () =>
      vi.waitFor(async () => {
        connections = 0
        for (let turn = 0; turn < 5; turn += 1) await once(connect(port, '127.0.0.1').resume(), 'close')
        expect(connections).toBe(0)
      }, patience)
    await vi.waitFor(() => expect(connections).toBeGreaterThan(3), patience)

    expect(await firewall.ensure()).toBe(true)
    await untilQuiet()
    for (let round = 0; round < 15; round += 1) {
      // Each start of a provider, and each look that finds them changed, sets them all anew.
      for (const chain of [names.forward, names.input]) await iptables('-A', chain, '-j', 'RETURN')
      expect(await createLeaseFirewall(log, names).ensure()).toBe(true)
    }
    expect(connections).toBe(0)

    await iptables('-F', names.input)
    await vi.waitFor(() => expect(connections).toBeGreaterThan(3), patience)
    expect(await firewall.ensure()).toBe(true)
    await untilQuiet()
  })

  test('is the machine, its engine, its neighbours, metadata addresses and other leases, by TCP and UDP and by name', async () => {
    const { firewall } = ownFirewall('sblt+')
    await using neighbour = await startSecondMachine(`fwn${tag}`, '10.251.202.0', [
      '169.254.169.254',
      '168.63.129.16',
      '100.64.9.9',
      '198.18.9.9',
    ])
    const engineDoor = await listen((socket) => {
      socket.on('error', () => undefined)
      socket.pipe(connect('/var/run/docker.sock').on('error', () => socket.destroy())).pipe(socket)
    })
    onTestFinished(() => void engineDoor.close())
    const { port: enginePort } = engineDoor.address() as AddressInfo
    expect(await (await fetch(`http://127.0.0.1:${enginePort}/_ping`)).text()).toBe('OK')

    const outside = (gateway: string) => `
        for my $address (${neighbour.addresses.map((one) => `"${one}"`).join(', ')}) {
          say("tcp-$address", reach($address, ${neighbour.port}));
          say("udp-$address", asked($address, ${neighbour.port}, "x"));
        }
        say("engine", reach("${gateway}", ${enginePort}));
      `
    // Nobody else keeps them from being reached: what follows is the firewall's work.
    const network = await plainNetwork(`fwp${tag}`, '10.251.203.0/26')
    const script = proberScript(outside('10.251.203.1'))
    const control = await runPlain(network, image, ['/usr/bin/perl', '-e', script])
    await control.wait()
    const { engine: engineReached, ...reached } = saidIn(String(await control.logs({ stdout: true })))
    expect(engineReached).toBe('REACHED')
    expect(Object.keys(reached)).toHaveLength(2 * neighbour.addresses.length)
    for (const [place, answer] of Object.entries(reached))
      expect(answer, place).toBe(place.startsWith('udp') ? 'ANSWERED' : 'REACHED')

    expect(await firewall.ensure()).toBe(true)
    const leaseId = engine.newLease()
    const sibling = await engine.run({ args: ['-e', answering] }, leaseId, 'store')
    const stranger = await engine.run({ args: ['-e', answering] }, engine.newLease(), `vault-${tag}`)
    for (const id of [sibling, stranger]) await untilSaid(id)
    const own = await addressOf(sibling)
    const other = await addressOf(stranger)
    const prober = await engine.run(
      {
        image,
        command: ['/usr/bin/perl'],
        args: [
          '-e',
          proberScript(`
              open(my $v6, "<", "/proc/net/if_inet6");
              say("ipv6", join(",", map { (split)[5] } grep { !/ lo$/ } $v6 ? <$v6> : ()) || "none");
              say("sibling", reach("${own.address}", 7000));
              say("sibling-udp", asked("${own.address}", 7000, "x"));
              say("sibling-name", resolve("store"));
              say("stranger-name", resolve("vault-${tag}"));
              say("tcp-stranger", reach("${other.address}", 7000));
              say("udp-stranger", asked("${other.address}", 7000, "x"));
              say("tcp-other-bridge", reach("${other.gateway}", ${enginePort}));
              ${outside(own.gateway)}
            `),
        ],
        user: '0',
      },
      leaseId,
      'prober',
    )
    const {
      ipv6,
      sibling: reach,
      'sibling-udp': siblingUdp,
      'sibling-name': siblingName,
      'stranger-name': strangerName,
      ...shut
    } = saidIn(await engine.output(prober))
    expect({ ipv6, reach, siblingUdp, siblingName }).toEqual({
      ipv6: 'none',
      reach: 'REACHED',
      siblingUdp: 'ANSWERED',
      siblingName: own.address,
    })
    expect(strangerName).not.toContain(other.address)
    expect(Object.keys(shut)).toHaveLength(2 * neighbour.addresses.length + 4)
    for (const [place, answer] of Object.entries(shut))
      expect(['Connection refused', 'silence', 'No route to host'], place).toContain(answer)
  })

  test('stands before all others’ rules on a machine that has no Docker', async () => {
    const namespace = `fwm${tag}`
    await run('ip', ['netns', 'add', namespace])
    onTestFinished(async () => {
      await run('ip', ['netns', 'del', namespace])
    })
    const within = async (...command: string[]) =>
      (await run('ip', ['netns', 'exec', namespace, ...command])).stdout
    const looking = `
      const { createLeaseFirewall } = await import(${JSON.stringify(new URL('./firewall.ts', import.meta.url).href)})
      const log = { info() {}, warn() {} }
      console.log(await createLeaseFirewall(log).ensure())`
    const ensure = () => within(process.execPath, '--import', 'tsx', '--input-type=module', '-e', looking)
    await within('iptables', '-A', 'FORWARD', '-j', 'ACCEPT')
    expect(await ensure()).toBe('true\n')
    // Another program puts itself first.
    await within('iptables', '-I', 'FORWARD', '-s', '10.0.0.0/8', '-j', 'ACCEPT')
    expect(await ensure()).toBe('true\n')
    const rules = (await within('iptables', '-S', 'FORWARD')).split('\n').slice(1, 4)
    expect(rules).toEqual([
      '-A FORWARD -i sblt+ -j SUBLET-FORWARD',
      '-A FORWARD -s 10.0.0.0/8 -j ACCEPT',
      '-A FORWARD -j ACCEPT',
    ])
  })

  async function addressOf(id: string): Promise<{ address: string; gateway: string }> {
    const { NetworkSettings } = await engine.docker.getContainer(id).inspect()
    const [network] = Object.values(NetworkSettings.Networks)
    return { address: network?.IPAddress ?? '', gateway: network?.Gateway ?? '' }
  }

  async function untilSaid(id: string): Promise<void> {
    for await (const _line of engine.runtime.logs(id, { follow: true })) return
  }
})

/** What a prober said, by the name that it said first. */
function saidIn(output: string): Record<string, string> {
  return Object.fromEntries(
    output
      .split(/\r?\n/)
      .filter((line) => line !== '')
      .map((line) => line.split(/ (.*)/s).slice(0, 2)),
  )
}

function listen(onConnection: Parameters<typeof createServer>[1]): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(onConnection as never)
    server.listen(0, '0.0.0.0', () => resolve(server))
  })
}
