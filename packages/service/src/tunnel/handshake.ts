import type { TLSSocket } from 'node:tls'
import {
  type Address,
  addressSchema,
  errorCodes,
  fromProblem,
  hexSchema,
  SubletError,
} from '@sublet/protocol'
import { bytesToHex } from 'viem'
import { z } from 'zod'
import {
  exporterLabel,
  isBindingSigned,
  signBinding,
  type TunnelIdentity,
  type TunnelRole,
} from './binding.ts'

/** ALPN name of the tunnel, by which one port can also serve other things. */
export const tunnelProtocol = 'sublet-tunnel/1'

const maxLineBytes = 4096

const helloSchema = z.object({ address: addressSchema, signature: hexSchema })
const verdictSchema = z.union([
  z.object({ accepted: z.literal(true) }),
  z.object({
    accepted: z.literal(false),
    code: z.enum(Object.keys(errorCodes) as [keyof typeof errorCodes, ...(keyof typeof errorCodes)[]]),
    detail: z.string(),
    hint: z.string().optional(),
  }),
])
type Verdict = z.output<typeof verdictSchema>

function refused(detail: string, hint: string): SubletError {
  return new SubletError('auth.refused', detail, { hint })
}

/** One line from the socket, leaving what follows it unread: HTTP/2 begins right after the last line. */
function readLine(socket: TLSSocket, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let held = Buffer.alloc(0)
    const finish = (act: () => void) => {
      socket.off('readable', onReadable)
      socket.off('end', onEnd)
      socket.off('close', onEnd)
      socket.off('error', onError)
      signal.removeEventListener('abort', onAbort)
      act()
    }
    const onError = (cause: Error) => finish(() => reject(cause))
    const onAbort = () =>
      finish(() =>
        reject(
          new SubletError(
            'provider.unreachable',
            'The other end of the tunnel did not introduce itself in time.',
            { hint: 'Check that the address and port are those of a tunnel.' },
          ),
        ),
      )
    const onEnd = () =>
      finish(() =>
        reject(
          new SubletError(
            'provider.unreachable',
            'The other end closed the connection while it introduced itself.',
          ),
        ),
      )
    const onReadable = () => {
      for (
        let chunk = socket.read() as Buffer | null;
        chunk !== null;
        chunk = socket.read() as Buffer | null
      ) {
        held = Buffer.concat([held, chunk])
        const end = held.indexOf(10)
        if (end >= 0 && end <= maxLineBytes) {
          const rest = held.subarray(end + 1)
          finish(() => {
            if (rest.length > 0) socket.unshift(rest)
            resolve(held.toString('utf8', 0, end))
          })
          return
        }
        if (held.length > maxLineBytes) {
          finish(() =>
            reject(
              new SubletError('request.invalid', 'The other end of the tunnel sent no introduction.', {
                hint: 'Check that both ends run versions of Sublet that fit together.',
              }),
            ),
          )
          return
        }
      }
    }
    socket.on('readable', onReadable)
    socket.on('end', onEnd)
    socket.on('close', onEnd)
    socket.on('error', onError)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    else if (socket.destroyed) onEnd()
    else onReadable()
  })
}

function parse<T>(schema: z.ZodType<T>, line: string): T {
  try {
    return schema.parse(JSON.parse(line))
  } catch (cause) {
    throw new SubletError(
      'request.invalid',
      'The other end of the tunnel introduced itself in a way not understood.',
      {
        hint: 'Check that both ends run versions of Sublet that fit together.',
        cause,
      },
    )
  }
}

/**
 * Resolves when the line has left. No write may be under way when HTTP/2 takes the connection over: Node would count
 * that write's end as HTTP/2's own and abort the process.
 */
function writeLine(socket: TLSSocket, value: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(`${JSON.stringify(value)}\n`, (error) => (error ? reject(error) : resolve()))
  })
}

function connectionOf(socket: TLSSocket): `0x${string}` {
  if (socket.alpnProtocol !== tunnelProtocol) {
    throw refused(
      `The other end does not speak ${tunnelProtocol}.`,
      'Point the provider at an indexer’s tunnel port, not at its HTTP port.',
    )
  }
  return bytesToHex(socket.exportKeyingMaterial(32, exporterLabel, Buffer.alloc(0)))
}

/** Hellos, then verdicts, both ways: the tunnel stands when each end has proved itself and has taken the other. */
async function introduce(
  socket: TLSSocket,
  identity: TunnelIdentity,
  role: TunnelRole,
  accept: (peer: Address) => Promise<void>,
  signal: AbortSignal,
): Promise<Address> {
  const peerRole = role === 'provider' ? 'indexer' : 'provider'
  let peer: Address
  try {
    const connection = connectionOf(socket)
    const signature = await signBinding(identity, role, connection)
    await writeLine(socket, { address: identity.address, signature })
    const hello = parse(helloSchema, await readLine(socket, signal))
    peer = hello.address
    if (!(await isBindingSigned(peerRole, peer, connection, hello.signature))) {
      throw new SubletError(
        'signature.invalid',
        `The ${peerRole} that claims to be ${peer} did not sign this connection.`,
        { hint: 'Somebody may stand between the two ends. Reach the other end by a network you trust.' },
      )
    }
    await accept(peer)
  } catch (error) {
    if (error instanceof SubletError && !socket.destroyed) {
      const { code, message: detail, hint } = error
      const verdict = { accepted: false, code, detail, ...(hint === undefined ? {} : { hint }) }
      await writeLine(socket, verdict).catch(() => {})
    }
    throw error
  }
  await writeLine(socket, { accepted: true })
  const verdict: Verdict = parse(verdictSchema, await readLine(socket, signal))
  if (!verdict.accepted) throw fromProblem(verdict)
  return peer
}

/**
 * The provider's half of the introduction, on a connection that TLS has finished.
 *
 * @returns the indexer's proved address.
 * @throws SubletError `signature.invalid`, `auth.refused` or what the indexer answered.
 */
export function introduceProvider(
  socket: TLSSocket,
  identity: TunnelIdentity,
  expectIndexer: Address | undefined,
  signal: AbortSignal,
): Promise<Address> {
  const accept = async (indexer: Address) => {
    if (expectIndexer !== undefined && indexer.toLowerCase() !== expectIndexer.toLowerCase()) {
      throw refused(
        `The indexer is ${indexer}, not ${expectIndexer}.`,
        'Correct the indexer’s address or host in the settings.',
      )
    }
  }
  return introduce(socket, identity, 'provider', accept, signal)
}

/**
 * The indexer's half. `authorise` says whether a proved provider may stay; its refusal reaches the provider in words.
 *
 * @returns the provider's proved address.
 * @throws SubletError `signature.invalid` or what `authorise` threw.
 */
export function introduceIndexer(
  socket: TLSSocket,
  identity: TunnelIdentity,
  authorise: (provider: Address) => Promise<boolean>,
  signal: AbortSignal,
): Promise<Address> {
  const accept = async (provider: Address) => {
    if (await authorise(provider)) return
    throw refused(
      `The provider ${provider} is not registered.`,
      'Register it with `sublet provider init`, and check that both ends use the same chain.',
    )
  }
  return introduce(socket, identity, 'indexer', accept, signal)
}
