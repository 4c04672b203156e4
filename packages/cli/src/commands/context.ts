import { type ControllerClient, createControllerClient } from '../controller/client.ts'
import { dataDirOf } from '../network/data-dir.ts'
import { readNetworkFile } from '../network/network-file.ts'
import { createOutput, type Output } from '../output/output.ts'

export interface GlobalOptions {
  json?: boolean
  data?: string
}

/** What every command stands on: where it speaks, where its data lies, and a way to the running network. */
export interface CommandContext {
  output: Output
  dataDir: string
  /** Throws `controller.unreachable` where no network runs. */
  controller(): Promise<ControllerClient>
}

export function commandContext(options: GlobalOptions): CommandContext {
  const dataDir = dataDirOf(options.data)
  return {
    output: createOutput({ json: options.json ?? false }),
    dataDir,
    async controller() {
      const { controllerUrl, token } = await readNetworkFile(dataDir)
      return createControllerClient({ url: controllerUrl, token })
    },
  }
}
