import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { dockerSocketPath } from '@sublet/testing'
import Docker from 'dockerode'
import tar from 'tar-stream'
import { makeNodeImage, nodeImage } from '../../packages/provider/src/testing/node-image.ts'

const answerer = (name: string) =>
  `const socket = require('dgram').createSocket('udp4')
socket.on('message', (message, { port, address }) => socket.send('stand-in for ${name}: ' + message, port, address))
socket.bind(Number(process.argv[2]))
`

/** The engine of the tests. */
export const docker = new Docker({ socketPath: dockerSocketPath })

/**
 * An image under somebody else's name, for a machine that reaches no registry: it ignores its command and answers
 * HTTP on the given ports with its own name. Gone when the test ends.
 */
export async function standInImage(
  name: string,
  ports: readonly number[],
  {
    entrypoint = ['/bin/busybox', 'sh', '/start'],
    udpPorts = [],
    programs = [],
  }: {
    entrypoint?: readonly string[]
    /** Where it answers datagrams with its own name. */
    udpPorts?: readonly number[]
    /** What a workload's own command calls, such as `sh`: the stand-in runs there too. */
    programs?: readonly string[]
  } = {},
): Promise<AsyncDisposable> {
  const servers = [
    ...ports.map((port) => `/bin/busybox httpd -p ${port} -h /www`),
    // No applet of BusyBox answers datagrams, so that takes an image with Node.
    ...udpPorts.map((port) => `/usr/local/bin/node /answer.js ${port} &`),
  ].join('\n')
  if (udpPorts.length > 0) await makeNodeImage(docker)
  const pack = tar.pack()
  const dockerfile = [
    `FROM ${udpPorts.length > 0 ? nodeImage : 'scratch'}`,
    ...(udpPorts.length > 0 ? ['USER 0'] : []),
    'COPY . /',
    `ENTRYPOINT ${JSON.stringify(entrypoint)}`,
    'CMD ["/bin/sh"]',
  ]
  pack.entry({ name: 'Dockerfile' }, dockerfile.join('\n'))
  const start = `#!/bin/busybox sh\n${servers}\necho "stand-in for ${name} is up"\ntrap "exit 0" TERM\n/bin/busybox sleep 1000000 &\nwait\n`
  pack.entry({ name: 'start' }, start)
  for (const program of programs) pack.entry({ name: `bin/${basename(program)}`, mode: 0o755 }, start)
  pack.entry({ name: 'answer.js' }, answerer(name))
  pack.entry({ name: 'www/index.html' }, `stand-in for ${name}\n`)
  pack.entry({ name: 'bin/busybox', mode: 0o755 }, await readFile('/bin/busybox'))
  for (const applet of ['sh', 'cat', 'true', 'false', 'echo', 'sleep', 'id']) {
    if (programs.some((program) => basename(program) === applet)) continue
    pack.entry({ name: `bin/${applet}`, type: 'symlink', linkname: '/bin/busybox' })
  }
  pack.finalize()
  const output: NodeJS.ReadableStream = await docker.buildImage(pack as unknown as NodeJS.ReadableStream, {
    t: name,
  })
  await new Promise<void>((resolve, reject) =>
    docker.modem.followProgress(output, (error, lines: { error?: string }[]) => {
      const failed = error ?? lines.find((line) => line.error !== undefined)
      failed ? reject(new Error(JSON.stringify(failed))) : resolve()
    }),
  )
  return {
    async [Symbol.asyncDispose]() {
      await docker
        .getImage(name)
        .remove({ force: true })
        .catch(() => undefined)
    },
  }
}

/** Kills the containers of one service of a lease, as when their program crashes. */
export async function killService(leaseId: string, service: string): Promise<void> {
  const running = await docker.listContainers({
    filters: { label: [`sublet.lease=${leaseId}`, `sublet.service=${service}`] },
  })
  for (const { Id } of running) await docker.getContainer(Id).kill()
}

/** The containers of one provider's leases, running or not. */
export async function leaseContainers(provider: string): Promise<Docker.ContainerInfo[]> {
  return docker.listContainers({
    all: true,
    filters: { label: ['sublet.lease', `sublet.provider=${provider}`] },
  })
}
