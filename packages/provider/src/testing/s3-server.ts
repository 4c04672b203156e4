import { spawn } from 'node:child_process'
import { freePort, motoPath } from '@sublet/testing'

export interface S3Server extends AsyncDisposable {
  /** Such as `http://127.0.0.1:PORT`. */
  url: string
  makeBucket(name: string): Promise<string>
  put(bucket: string, key: string, body: string | Uint8Array): Promise<void>
  read(bucket: string, key: string): Promise<Buffer>
  keys(bucket: string): Promise<string[]>
}

/** A store on loopback that forgets everything with its end. */
export async function startS3Server(): Promise<S3Server> {
  const port = await freePort()
  const server = spawn(motoPath, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
  const ended = new Promise<never>((_, reject) => {
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`moto_server ended with code ${code}`)))
  })
  ended.catch(() => undefined)
  const url = `http://127.0.0.1:${port}`
  await Promise.race([ended, answers(url)])
  const ask = async (path: string, init?: RequestInit) => {
    const answer = await fetch(`${url}/${path}`, init)
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return answer
  }
  return {
    url,
    async makeBucket(name) {
      await ask(name, { method: 'PUT' })
      return name
    },
    async put(bucket, key, body) {
      await ask(`${bucket}/${key}`, { method: 'PUT', body: Buffer.from(body) })
    },
    read: async (bucket, key) => Buffer.from(await (await ask(`${bucket}/${key}`)).arrayBuffer()),
    async keys(bucket) {
      const listed = await (await ask(`${bucket}?list-type=2`)).text()
      return [...listed.matchAll(/<Key>([^<]*)</g)].map(([, key = '']) => key)
    },
    async [Symbol.asyncDispose]() {
      server.kill('SIGKILL')
      await ended.catch(() => undefined)
    },
  }
}

async function answers(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer !== undefined) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
