import { connect } from 'node:net'
import { join } from 'node:path'
import { createLog, startEmbeddedPostgres } from '@sublet/service'
import { temporaryDir } from '@sublet/testing/sublet-process'

export interface BenchDatabase extends AsyncDisposable {
  url: string
}

const usual = 'postgres://postgres@127.0.0.1:5432/postgres'

/** A PostgreSQL: the one that tests use where it answers, else one of the bench's own from npm. Throws `store.unreachable`. */
export async function benchDatabase(): Promise<BenchDatabase> {
  const set = process.env.SUBLET_TEST_DATABASE_URL
  if (set !== undefined || (await listens(5432)))
    return { url: set ?? usual, [Symbol.asyncDispose]: async () => undefined }
  const folder = await temporaryDir()
  try {
    const log = createLog({ name: 'bench', level: 'silent' })
    const { url, stop } = await startEmbeddedPostgres({ dataDir: join(folder.path, 'database'), log })
    return {
      url,
      async [Symbol.asyncDispose]() {
        await stop()
        await folder[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await folder[Symbol.asyncDispose]()
    throw error
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const finish = (found: boolean) => {
      socket.destroy()
      resolve(found)
    }
    socket.setTimeout(1_000, () => finish(false))
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
  })
}
