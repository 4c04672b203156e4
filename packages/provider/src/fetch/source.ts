import { type Manifest, type Service, SubletError } from '@sublet/protocol'

type Fetch = Service['fetches'][number]

/** A fetch with its credentials filled in. */
export interface FetchSource extends Omit<Fetch, 'secret'> {
  credentials?: { id?: string | undefined; key: string } | undefined
}

/** Where each kind is fetched from. */
export interface FetchPlaces {
  huggingFaceUrl: string
  ollamaUrl: string
}

/** Everything that goes to one path of a service: a path is one folder, however many sources fill it. */
export interface FetchTarget {
  path: string
  readOnly: boolean
  sources: FetchSource[]
}

/**
 * A service's fetches by target. One that may be written makes its whole target writable. Throws `request.invalid` for
 * a secret without a value.
 */
export function targetsOf(service: Service, secrets: Manifest['secrets']): FetchTarget[] {
  const targets = new Map<string, FetchTarget>()
  for (const { secret, ...fetch } of service.fetches) {
    const path = fetch.target.replace(/\/+$/, '') || '/'
    const target = targets.get(path) ?? { path, readOnly: true, sources: [] }
    target.readOnly &&= fetch.readOnly
    target.sources.push(
      secret === undefined ? fetch : { ...fetch, credentials: { key: secretValue(secrets, secret) } },
    )
    targets.set(path, target)
  }
  return [...targets.values()]
}

/** Whether what is fetched may be shown to other tenants: everybody could have fetched it. */
export function isPublic({ sources }: FetchTarget): boolean {
  return sources.every(({ credentials }) => credentials === undefined)
}

function secretValue(secrets: Manifest['secrets'], name: string): string {
  const value = secrets[name]
  if (value !== undefined) return value
  throw new SubletError('request.invalid', `The manifest carries no value for the secret ${name}.`, {
    hint: 'Give it with the deployment: --secret NAME=VALUE.',
  })
}
