import type { Log } from '../log/log.ts'
import type { Bus } from './bus.ts'
import { createInProcessBus } from './in-process-bus.ts'

/** The bus that the setting asks for: NATS by its URL (`SUBLET_NATS_URL`), else within this process. */
export async function openBus({
  url,
  name,
  log,
  now = () => performance.now(),
}: {
  url?: string | undefined
  /** The daemon's name. */
  name: string
  log: Log
  now?: (() => number) | undefined
}): Promise<Bus> {
  if (url === undefined) return createInProcessBus({ log, now })
  // Loaded only where there is one.
  const { connectNatsBus } = await import('./nats-bus.ts')
  return await connectNatsBus({ url, name, log })
}
