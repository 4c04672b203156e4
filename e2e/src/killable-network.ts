import type { Deployment } from '@sublet/protocol'
import { beginUp, type UpProcess } from '@sublet/testing/sublet-process'
import { askController, type ControllerPlace } from './ask-controller.ts'
import type { PlannedKill } from './kill-plan.ts'

/** A `sublet up` on one folder that is killed again and again. */
export interface KillableNetwork {
  /** Starts it, waits until it is up. */
  comeUp(): Promise<UpProcess>
  /** Starts it where it is not needed up, and kills it at the planned moment. */
  killAt(kill: PlannedKill): Promise<void>
  /** Ends it in order, as far as it lets itself be. */
  end(): Promise<void>
}

/** From the tenth of a second in which a process only loads to well after all was ordered, or closed. */
const workMs = 2_500
const stopMs = 2_000
/** Only a start that hangs takes this long, on however busy a machine. */
const patienceMs = 180_000

export function killableNetwork(options: {
  dataDir: string
  port: number
  env: Record<string, string>
}): KillableNetwork {
  let running: UpProcess | undefined
  // Taken from the last start that was let finish.
  let startMs = 8_000

  async function comeUp(): Promise<UpProcess> {
    if (running !== undefined) return running
    const startedAt = performance.now()
    running = await beginUp({ ...options, timeoutMs: patienceMs }).up
    startMs = performance.now() - startedAt
    return running
  }

  return {
    comeUp,
    async killAt({ moment, share }) {
      if (moment === 'starting') {
        if (running !== undefined) await running.kill9()
        running = undefined
        const begun = beginUp(options)
        await pause(share * startMs)
        await begun.kill9()
        return
      }
      const up = await comeUp()
      running = undefined
      // Something is under way: a deployment that comes up, or one that closes.
      const work = deployAndClose(up).catch(() => undefined)
      if (moment === 'up') await pause(share * workMs)
      else {
        // Ctrl-C, not waited for.
        void up.stop()
        await pause(share * stopMs)
      }
      await up.kill9()
      await work
    },
    async end() {
      // A failure before this one is what should be told.
      await comeUp()
        .then((up) => up.stop())
        .catch(() => undefined)
    },
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function deployAndClose(up: UpProcess): Promise<void> {
  const { id } = await deployHello(up)
  await askController(controllerOf(up), 'POST', `/v1/deployments/${id}/close`)
}

const hello = `name: hello
image: sublet.local/hello:1
port: 8080
cpu: 0.1
memory: 64Mi
storage: 64Mi
price: 0.50/h
health: { http: /healthz }
`

/** Deploys a small server and waits until it runs. */
export async function deployHello(up: UpProcess): Promise<Deployment> {
  const { id } = await askController<Deployment>(controllerOf(up), 'POST', '/v1/deployments', {
    source: hello,
    file: 'hello.yaml',
  })
  for (;;) {
    const deployment = await askController<Deployment>(controllerOf(up), 'GET', `/v1/deployments/${id}`)
    if (deployment.phase === 'running') return deployment
    if (['closed', 'failed'].includes(deployment.phase))
      throw new Error(`the deployment ended before it ran: ${deployment.message}`)
    await pause(50)
  }
}

export async function deploymentsOf(up: UpProcess): Promise<Deployment[]> {
  return (await askController<{ deployments: Deployment[] }>(controllerOf(up), 'GET', '/v1/deployments'))
    .deployments
}

const controllerOf = ({ report }: UpProcess): ControllerPlace => ({
  url: report.controllerUrl,
  token: report.token,
})
