/** An image reference in its parts. `registry` is what credentials are looked up by. */
export interface ImageReference {
  registry: string
  /** With the registry where one is named: what the engine takes. */
  repository: string
  tag: string
  digest?: string
}

const dockerHub = 'https://index.docker.io/v1/'

export function parseImageReference(reference: string): ImageReference {
  const [name = '', digest] = reference.split('@')
  const slash = name.lastIndexOf('/')
  const colon = name.indexOf(':', slash + 1)
  const repository = colon < 0 ? name : name.slice(0, colon)
  const tag = colon < 0 ? 'latest' : name.slice(colon + 1)
  const first = repository.split('/')[0] ?? ''
  const named =
    repository.includes('/') && (first.includes('.') || first.includes(':') || first === 'localhost')
  return { registry: named ? first : dockerHub, repository, tag, ...(digest === undefined ? {} : { digest }) }
}

/** With tag or digest spelled out; without one, engines would pull every tag there is. */
export function exactReference(reference: string): string {
  const { repository, tag, digest } = parseImageReference(reference)
  return digest === undefined ? `${repository}:${tag}` : `${repository}@${digest}`
}

/** The very image of a repository. */
export function byDigest(reference: string, digest: string): string {
  return `${parseImageReference(reference).repository}@${digest}`
}
