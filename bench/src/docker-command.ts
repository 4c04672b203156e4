import { execFile } from 'node:child_process'
import { request } from 'node:http'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The `docker` command, as a person has it: what we are measured beside. Rejects with what it said. */
export async function docker(...args: string[]): Promise<string> {
  return (await run('docker', args, { maxBuffer: 64e6 })).stdout.trim()
}

/** Why there is nothing to be measured beside; undefined where the command is there and an engine answers it. */
export async function missingDocker(): Promise<string | undefined> {
  try {
    await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 10_000 })
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
      ? 'there is no docker command here (Debian: apt-get install docker.io)'
      : 'no Docker engine answers the docker command (start one: dockerd, or a Docker desktop)'
  }
}

/** Gives every provider's own small web server, once a provider has put it onto the engine. */
const image = 'sublet.local/hello:1'

/** Milliseconds of `docker run -d` to the first answered request; then it is gone. */
export async function plainRunMs(): Promise<number> {
  const startedAt = performance.now()
  const id = await docker('run', '-d', '--cpus', '0.25', '--memory', '128m', '-p', '127.0.0.1::8080', image)
  try {
    const port = Number((await docker('port', id, '8080/tcp')).split(':').at(-1))
    await untilAnswered({ host: '127.0.0.1', port, path: '/', hostHeader: '127.0.0.1' })
    return performance.now() - startedAt
  } finally {
    await docker('rm', '-f', id)
  }
}

interface Place {
  host: string
  port: number
  path: string
  hostHeader: string
}

export async function untilAnswered(place: Place): Promise<void> {
  while (!(await answers(place))) await new Promise((resolve) => setTimeout(resolve, 2))
}

/** One try to get an answer; true on status 200. */
function answers({ host, port, path, hostHeader }: Place): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request(
      { host, port, path, headers: { host: hostHeader }, agent: false },
      (response) => {
        response.resume()
        response.once('end', () => resolve(response.statusCode === 200))
      },
    )
    outgoing.once('error', () => resolve(false))
    outgoing.end()
  })
}
