import {
  type KeptVolume,
  type SnapshotPlaceWire,
  SubletError,
  sizeWords,
  type VolumeProgress,
} from '@sublet/protocol'
import type { Command } from 'commander'
import type { ControllerClient } from '../controller/client.ts'
import { type Output, table } from '../output/output.ts'
import { volumeState } from '../provider-view/describe-status.ts'
import { commandContext, type GlobalOptions } from './context.ts'

type Found = KeptVolume & { provider: string }

interface StoreOptions {
  endpoint?: string
  region?: string
  provider?: string
  replace?: boolean
}

export function addVolume(program: Command): void {
  const volume = program.command('volume')

  volume
    .command('ls')
    .description('volumes that providers keep for your deployments')
    .action(async (_options: unknown, command: Command) => {
      const { output, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const listed = await (await controller()).volumes()
      output.result(listed, () => {
        const rows = listed.volumes.map((kept) => [
          kept.deployment,
          kept.volume,
          kept.provider,
          volumeState(kept),
        ])
        const lines =
          rows.length === 0
            ? 'No volumes are kept.'
            : table(['DEPLOYMENT', 'VOLUME', 'PROVIDER', 'STATE'], rows)
        const silent = listed.silent.map((provider) => `\n${provider} does not answer; it may keep more.`)
        return `${lines}${silent.join('')}`
      })
    })

  volume
    .command('rm')
    .description('free a volume, with all that is in it')
    .argument('<deployment>', 'name of the deployment')
    .argument('<volume>', 'as `volume ls` names it, such as web/0/notes')
    .option('--provider <address>', 'which provider’s, where several keep one')
    .action(async (deployment: string, name: string, options: StoreOptions, command: Command) => {
      const { output, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const client = await controller()
      const found = await findVolume(client, deployment, name, options.provider)
      await client.removeVolume(found.provider, found.id)
      output.result({ removed: found }, () => `Freed ${found.volume} of ${found.deployment}.`)
    })

  withStore(
    volume
      .command('snapshot')
      .description('write a volume, encrypted under your wallet, to an S3-compatible store')
      .argument('<deployment>', 'name of the deployment')
      .argument('<volume>', 'as `volume ls` names it, such as web/0/notes')
      .argument('<place>', 's3://BUCKET/KEY'),
  )
    .option('--provider <address>', 'which provider’s, where several keep one')
    .action(
      async (deployment: string, name: string, place: string, options: StoreOptions, command: Command) => {
        const { output, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
        const to = placeOf(place, options, process.env)
        const client = await controller()
        const found = await findVolume(client, deployment, name, options.provider)
        const request = { provider: found.provider as `0x${string}`, id: found.id, to }
        const last = await follow(output, `Writing ${name}`, (signal) =>
          client.snapshotVolume(request, signal),
        )
        output.result(
          { ...last, place },
          () => `${place} holds ${name} of ${deployment}: ${sizeWords(last.storedBytes)}.`,
        )
      },
    )

  withStore(
    volume
      .command('restore')
      .description('make a volume out of a snapshot, for the deployment’s next lease with that provider')
      .argument('<deployment>', 'name of the deployment')
      .argument('<volume>', 'as `volume ls` names it, such as web/0/notes')
      .argument('<place>', 's3://BUCKET/KEY'),
  )
    .requiredOption('--provider <address>', 'the provider that is to have it')
    .option('--replace', 'put it in the place of a volume that is there')
    .action(
      async (deployment: string, name: string, place: string, options: StoreOptions, command: Command) => {
        const { output, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
        const provider = (options.provider ?? '').toLowerCase()
        if (!/^0x[0-9a-f]{40}$/.test(provider)) {
          throw new SubletError('request.invalid', `${options.provider} is no provider’s address.`, {
            hint: '`sublet market` lists providers.',
          })
        }
        const request = {
          provider: provider as `0x${string}`,
          deployment,
          volume: name,
          from: placeOf(place, options, process.env),
          replace: options.replace ?? false,
        }
        const client = await controller()
        const last = await follow(output, `Restoring ${name}`, (signal) =>
          client.restoreVolume(request, signal),
        )
        output.result(
          { ...last, provider },
          () => `${name} of ${deployment} is at ${provider}: ${sizeWords(last.archiveBytes)}.`,
        )
      },
    )
}

function withStore(command: Command): Command {
  return command
    .option('--endpoint <url>', 'the store (default: AWS_ENDPOINT_URL, or Amazon)')
    .option('--region <region>', 'its region (default: AWS_REGION, or us-east-1)')
    .addHelpText('after', '\nCredentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.')
}

/** Where a snapshot lies, with the credentials by the names that every S3 tool uses. Throws `request.invalid`. */
export function placeOf(
  place: string,
  options: StoreOptions,
  env: Readonly<Record<string, string | undefined>>,
): SnapshotPlaceWire {
  const parts = /^s3:\/\/([^/]+)\/(.+)$/.exec(place)
  if (parts?.[1] === undefined || parts[2] === undefined) {
    throw new SubletError('request.invalid', `${place} is no place in an S3-compatible store.`, {
      hint: 'Write s3://BUCKET/KEY.',
    })
  }
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key } = env
  if (!id || !key) {
    throw new SubletError('request.invalid', 'The store’s credentials are not in the environment.', {
      hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    })
  }
  const endpoint = options.endpoint ?? env.AWS_ENDPOINT_URL
  const region = options.region ?? env.AWS_REGION
  return {
    bucket: parts[1],
    key: parts[2],
    credentials: { id, key },
    ...(endpoint ? { endpoint } : {}),
    ...(region ? { region } : {}),
  }
}

async function findVolume(
  client: ControllerClient,
  deployment: string,
  name: string,
  provider: string | undefined,
): Promise<Found> {
  const { volumes } = await client.volumes()
  const found = volumes.filter(
    (one) =>
      one.deployment === deployment &&
      (one.volume === name || one.volume.endsWith(`/${name}`)) &&
      (provider === undefined || one.provider === provider.toLowerCase()),
  )
  const [first] = found
  if (first !== undefined && found.length === 1) return first
  throw found.length > 1
    ? new SubletError('request.invalid', `Several volumes of ${deployment} are called ${name}.`, {
        hint: 'Name it in full as `sublet volume ls` does, and the provider with --provider.',
      })
    : new SubletError('volume.not-found', `No provider keeps a volume ${name} of ${deployment}.`, {
        hint: '`sublet volume ls` lists what is kept.',
      })
}

async function follow(
  output: Output,
  title: string,
  start: (signal: AbortSignal) => AsyncGenerator<VolumeProgress>,
): Promise<VolumeProgress> {
  const interrupted = new AbortController()
  const stop = () => interrupted.abort(new Error('interrupted'))
  process.once('SIGINT', stop)
  const progress = output.progress(title)
  let last: VolumeProgress | undefined
  try {
    for await (const line of start(interrupted.signal)) {
      last = line
      progress.update(
        `${title}: ${sizeWords(line.archiveBytes)}, ${sizeWords(line.storedBytes)} in the store`,
      )
    }
    if (last?.done !== true) {
      throw new SubletError('snapshot.failed', 'It broke off before it was done.', { hint: 'Try again.' })
    }
    progress.done(title)
    return last
  } catch (error) {
    progress.failed(`${title} failed`)
    throw error
  } finally {
    process.removeListener('SIGINT', stop)
  }
}
