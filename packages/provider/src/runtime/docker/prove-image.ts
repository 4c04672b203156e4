import { SubletError } from '@sublet/protocol'
import type Docker from 'dockerode'
import type { RegistryCredentials } from '../runtime.ts'
import { engineError, messageOf } from './docker-error.ts'
import { exactReference, parseImageReference } from './image-reference.ts'

/** Has the engine ask the registry for the image's manifest, with these credentials or none; answers its digest. No layer is fetched. */
export async function proveImage(
  docker: Docker,
  reference: string,
  credentials: RegistryCredentials | undefined,
): Promise<string> {
  const { registry } = parseImageReference(reference)
  try {
    const { Descriptor } = (await docker.getImage(exactReference(reference)).distribution(
      credentials === undefined
        ? {}
        : {
            authconfig: {
              username: credentials.username,
              password: credentials.password,
              serveraddress: credentials.host || registry,
            },
          },
    )) as { Descriptor: { digest: string } }
    return Descriptor.digest
  } catch (error) {
    const seen = engineError(error, 'ask the registry')
    if (seen.code === 'runtime.unavailable') throw seen
    throw new SubletError(
      'image.unavailable',
      `The registry of ${reference} did not confirm that you may have it: ${messageOf(error)}`,
      {
        hint: 'Give the registry’s user name and password with the service, and check the image’s name.',
        cause: error,
        details: { image: reference },
      },
    )
  }
}
