import type { TaskSpec } from 'graphile-worker'
import type { Log } from '../log/log.ts'
import type { Store } from '../store/store.ts'

/** Work by its name. What throws is tried again, later and later, up to `maxAttempts`; so it must bear being begun twice. */
export type TaskHandlers = Readonly<
  Record<string, (payload: unknown, context: { signal: AbortSignal }) => Promise<void>>
>

export interface AddTaskOptions {
  /** Of tasks with the same key there is one: a later one replaces it while it waits. */
  key?: string | undefined
  /** Tasks of the same queue run one after another. */
  queue?: string | undefined
  /** Milliseconds since 1970; at once by default. */
  runAtMs?: number | undefined
  /** 25 by default, which spans about three days. */
  maxAttempts?: number | undefined
}

/** Work that outlives the process: kept in the store, done at least once. */
export interface Tasks<Handlers extends TaskHandlers = TaskHandlers> {
  /** The payload is JSON. */
  add(name: keyof Handlers & string, payload: unknown, options?: AddTaskOptions): Promise<void>
  /** Resolves when the running tasks have ended; their signals abort. */
  stop(): Promise<void>
}

/**
 * Runs the store's tasks, those left by an earlier process included. They are kept in a PostgreSQL schema of their own beside the store's, named
 * `<schema>_tasks`. A task that its process died with is taken up again after four hours.
 */
export async function startTasks<const Handlers extends TaskHandlers>({
  store,
  handlers,
  log,
  concurrency = 4,
}: {
  store: Pick<Store, 'pool' | 'schema'>
  handlers: Handlers
  log: Log
  concurrency?: number | undefined
}): Promise<Tasks<Handlers>> {
  // Loaded only by daemons that have tasks.
  const { Logger, run } = await import('graphile-worker')
  const stopping = new AbortController()
  const levels = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' } as const
  const runner = await run({
    pgPool: store.pool,
    schema: `${store.schema}_tasks`,
    concurrency,
    noHandleSignals: true,
    // None but ours: it would look for files in the working directory.
    parsedCronItems: [],
    taskList: Object.fromEntries(
      Object.entries(handlers).map(([name, handler]) => [
        name,
        (payload: unknown) => handler(payload, { signal: stopping.signal }),
      ]),
    ),
    logger: new Logger(() => (level, message, meta) => log[levels[level]](meta ?? {}, message)),
  })
  let stopped: Promise<void> | undefined
  return {
    async add(name, payload, { key, queue, runAtMs, maxAttempts } = {}) {
      const spec: TaskSpec = {
        ...(key === undefined ? {} : { jobKey: key }),
        ...(queue === undefined ? {} : { queueName: queue }),
        ...(runAtMs === undefined ? {} : { runAt: new Date(runAtMs) }),
        ...(maxAttempts === undefined ? {} : { maxAttempts }),
      }
      await runner.addJob<string>(name, payload, spec)
    },
    stop() {
      stopping.abort()
      stopped ??= runner.stop()
      return stopped
    },
  }
}
