import type Docker from 'dockerode'
import type { ImageIdentity } from '../runtime.ts'
import { parseImageReference } from './image-reference.ts'

/** What the engine tells of an image, by the digest of the repository under which it is asked for. */
export function identityOf(
  { Id, RepoDigests }: Pick<Docker.ImageInspectInfo, 'Id' | 'RepoDigests'>,
  reference: string,
): ImageIdentity {
  const { repository, digest } = parseImageReference(reference)
  const known = (RepoDigests ?? []).map((name) => parseImageReference(name))
  const own = known.find((one) => shortName(one.repository) === shortName(repository)) ?? known[0]
  return { id: Id, digest: digest ?? own?.digest ?? Id }
}

/** Engines leave out the parts of Docker Hub's names that everybody takes for granted. */
function shortName(repository: string): string {
  return repository.replace(/^docker\.io\//, '').replace(/^library\//, '')
}
