import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { freeBasePort, sublet, temporaryDir } from '@sublet/testing/sublet-process'
import { expect, test } from 'vitest'

/** No container engine: what is fetched is the provider's doing, whatever runs the lease. */
const env = { SUBLET_DOCKER_HOST: 'unix:///nowhere/docker.sock' }

const reader = (url: string) => `
name: reader
image: sublet.local/host:1
command: [node, -e, 'process.exit(require("fs").readFileSync(process.env.SUBLET_ROOT + "/data/note", "utf8") === "kept here" ? 0 : 1)']
job: true
price: 0.50/h
fetch:
  - { http: '${url}', to: /data }
`

test('a fetch from this machine needs the owner’s leave', async () => {
  await using data = await temporaryDir()
  const server = createServer((_request, response) => response.end('kept here')).listen(0, '127.0.0.1')
  try {
    await new Promise((resolve) => server.once('listening', resolve))
    const file = join(data.path, 'reader.yaml')
    await writeFile(file, reader(`http://127.0.0.1:${(server.address() as AddressInfo).port}/note`))
    const once = async (...more: string[]) => {
      const port = await freeBasePort()
      const where = ['--data', join(data.path, 'network'), '--port', String(port)]
      return await sublet(['up', '--once', file, '--json', ...where, ...more], { env })
    }
    const refused = await once()
    expect(refused.exitCode).not.toBe(0)
    expect(refused.stdout).toContain('fetch')
    expect(await once('--outbound-allow', '127.0.0.1')).toMatchObject({ exitCode: 0 })
  } finally {
    server.close()
  }
})

test('what is no range is said before anything starts', async () => {
  for (const range of ['everywhere', '10.0.0.0/33', '10.0.0.0/8/8']) {
    const wrong = await sublet(['up', '--outbound-allow', range])
    expect(wrong.exitCode).toBe(2)
    expect(wrong.stderr).toContain('192.168.0.0/16')
  }
})
