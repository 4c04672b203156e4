/** `npx tsx packages/console/src/testing/serve-sample.ts [PORT]`: the console on an invented network. */
import { ensureConsoleBuilt } from '../build/ensure-console-built.ts'
import { startSampleController } from './sample-controller.ts'

const { dir } = await ensureConsoleBuilt()
const port = process.argv[2] === undefined ? 0 : Number(process.argv[2])
const { consoleUrl, network } = await startSampleController({ consoleDir: dir, port })
network.create({ source: 'name: hello\nimage: sublet.local/hello:1\nport: 8080\n', file: 'hello.yaml' })
console.log(consoleUrl)
