import { readFile } from 'node:fs/promises'
import { dockerSocketPath } from '@sublet/testing'
import Docker from 'dockerode'
import tar from 'tar-stream'

/** The engine of the tests. */
export const docker = new Docker({ socketPath: dockerSocketPath })

/**
 * An image under somebody else's name, for a machine that reaches no registry: it ignores its command and answers
 * HTTP on the given ports with its own name. Gone when the test ends.
 */
export async function standInImage(
  name: string,
  ports: readonly number[],
  { entrypoint = ['/bin/busybox', 'sh', '/start'] }: { entrypoint?: readonly string[] } = {},
): Promise<AsyncDisposable> {
  const servers = ports.map((port) => `/bin/busybox httpd -p ${port} -h /www`).join('\n')
  const pack = tar.pack()
  const dockerfile = [
    'FROM scratch',
    'COPY . /',
    `ENTRYPOINT ${JSON.stringify(entrypoint)}`,
    'CMD ["/bin/sh"]',
  ]
  pack.entry({ name: 'Dockerfile' }, dockerfile.join('\n'))
  pack.entry(
    { name: 'start' },
    `${servers}\necho "stand-in for ${name} is up"\ntrap "exit 0" TERM\n/bin/busybox sleep 1000000 &\nwait\n`,
  )
  pack.entry({ name: 'www/index.html' }, `stand-in for ${name}\n`)
  pack.entry({ name: 'bin/busybox', mode: 0o755 }, await readFile('/bin/busybox'))
  for (const applet of ['sh', 'cat', 'true', 'false', 'echo', 'sleep', 'id']) {
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

/** The containers of one provider's leases, running or not. */
export async function leaseContainers(provider: string): Promise<Docker.ContainerInfo[]> {
  return docker.listContainers({
    all: true,
    filters: { label: ['sublet.lease', `sublet.provider=${provider}`] },
  })
}
