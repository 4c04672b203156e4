import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { convertToAkash, formatFinding, readWorkload, type WorkloadFormat } from '@sublet/protocol'
import { type FormatWork, formatWork } from './format-work.ts'

export interface FormatFiles {
  /** Whose files they are, for the row. */
  whose: string
  texts: string[]
}

const ownAkash = `version: "2.0"
services: {web: {image: nginx, env: [A=1], expose: [{port: 3000, as: 80, to: [{global: true}]}]}}
profiles:
  compute: {web: {resources: {cpu: {units: 0.5}, memory: {size: 512Mi}, storage: {size: 1Gi}}}}
  placement: {any: {pricing: {web: {denom: uact, amount: 1000}}}}
deployment: {web: {any: {profile: web, count: 1}}}
`

const ownSublet = `name: shop
services:
  web:
    image: ghcr.io/acme/web:1
    cpu: 0.5
    memory: 512Mi
    ports: [8080]
    env: { MODE: production, TOKEN: { secret: web-token } }
    health: { http: /healthz }
    depends-on: { model: healthy }
  model:
    image: vllm/vllm-openai
    gpu: { model: [rtx4090, h100], count: 1 }
    volumes: { weights: { mount: /weights, size: 100Gi, class: nvme } }
placement: { region: eu-west }
price: 0.40/h
`

/** The files that can be read: parsing alone is no yardstick for one that is refused. Other people's where they lie. */
export function filesOf(format: WorkloadFormat): FormatFiles {
  const files = listed(format)
  const file = format === 'compose' ? 'compose.yaml' : 'app.yaml'
  for (const text of files.texts) {
    const { workload, findings } = readWorkload(text, { file, format })
    if (workload === undefined)
      throw new Error(`a ${format} file of the bench is refused: ${findings.map(formatFinding).join('; ')}`)
  }
  return files
}

function listed(format: WorkloadFormat): FormatFiles {
  const examples = (name: string) =>
    readFileSync(fileURLToPath(new URL(`../../examples/${name}`, import.meta.url)), 'utf8')
  switch (format) {
    case 'akash': {
      const texts = lying('akash/input/awesome/').filter(
        (text) =>
          convertToAkash(text, { file: 'deploy.yaml' }).akash !== undefined && isReadBy('js-yaml 5', text),
      )
      return texts.length > 0
        ? { whose: 'of the public gallery', texts }
        : { whose: 'of our own', texts: [ownAkash] }
    }
    case 'nosana': {
      const texts = lying('nosana/input/').filter(
        (text) =>
          isReadBy('JSON.parse', text) &&
          readWorkload(text, { file: 'job.json', format }).workload !== undefined,
      )
      const own = { whose: 'of our own', texts: [examples('nosana-job.json')] }
      return texts.length > 0 ? { whose: 'of other people', texts } : own
    }
    case 'compose':
      return { whose: 'of our own', texts: [examples('compose.yaml')] }
    case 'sublet':
      return { whose: 'of our own', texts: [examples('hello.yaml'), ownSublet] }
  }
}

function lying(path: string): string[] {
  const folder = fileURLToPath(new URL(`../../../shared/vectors/${path}`, import.meta.url))
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .map((name) => readFileSync(`${folder}${name}`, 'utf8'))
}

/** Whether a peer takes a text: js-yaml 5 refuses one file of the gallery for its indentation, which Akash's own parser takes. */
function isReadBy(peer: FormatWork, text: string): boolean {
  try {
    formatWork(peer, 'akash')(text)
    return true
  } catch {
    return false
  }
}
