/**
 * An image reference with everything spelled out that engines add by themselves, so that `nginx` and
 * `docker.io/library/nginx:latest` are told to be the same.
 */
export function canonicalImage(reference: string): string {
  const [name = '', digest] = reference.split('@')
  const slash = name.lastIndexOf('/')
  const colon = name.indexOf(':', slash + 1)
  const repository = colon < 0 ? name : name.slice(0, colon)
  const tag = digest === undefined ? `:${colon < 0 ? 'latest' : name.slice(colon + 1)}` : `@${digest}`
  const [first = ''] = repository.split('/')
  const hasRegistry =
    repository.includes('/') && (first.includes('.') || first.includes(':') || first === 'localhost')
  const whole = hasRegistry ? repository : `docker.io/${repository}`
  const isShort = /^(index\.)?docker\.io\/[^/]+$/.test(whole)
  return `${isShort ? whole.replace(/^(index\.)?docker\.io\//, 'docker.io/library/') : whole.replace(/^index\.docker\.io\//, 'docker.io/')}${tag}`
}
