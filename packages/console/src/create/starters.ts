import hello from './starters/hello.yaml?raw'
import job from './starters/job.yaml?raw'
import model from './starters/model.yaml?raw'
import stack from './starters/stack.yaml?raw'

export interface Starter {
  name: string
  title: string
  what: string
  source: string
}

/** Files to start from: the first needs no image registry, so it runs on every machine. */
export const starters: readonly Starter[] = [
  {
    name: 'hello',
    title: 'A page that says hello',
    what: 'One small container and a URL. Needs no GPU and no image registry; up in about a second.',
    source: hello,
  },
  {
    name: 'model',
    title: 'A language model',
    what: 'vLLM on one RTX 4090, with an OpenAI-compatible API.',
    source: model,
  },
  {
    name: 'job',
    title: 'A job',
    what: 'Runs to its end, keeps what its output said, and stops costing.',
    source: job,
  },
  {
    name: 'stack',
    title: 'A web app and its database',
    what: 'Two services that find each other by name, a secret and a volume that stays.',
    source: stack,
  },
]

export function starterNamed(name: string | undefined): Starter | undefined {
  return starters.find((starter) => starter.name === name)
}

/** The model starter with another GPU in it. */
export function sourceForGpu(gpu: string): string {
  return model.replace('rtx4090', gpu).replace(/^price:.*\n/m, '')
}
