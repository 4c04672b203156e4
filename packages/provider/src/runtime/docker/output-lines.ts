import type { LogBlock } from '@sublet/protocol'
import { createLineJoiner, type LineJoinerOptions } from '../log-files/line-joiner.ts'
import { longestStampBytes, stampReader } from '../log-files/stamps.ts'
import { frameCutter } from './output-frames.ts'

const newline = 0x0a
const space = 0x20
const dot = 0x2e
const secondsBytes = 19

/**
 * Cuts the multiplexed stream of a `timestamps=true` log into lines, as many at a time as a chunk brings. Works on the
 * chunk's bytes: an object for each frame or line would cost more than all the rest.
 */
export async function* outputLines(
  chunks: AsyncIterable<Buffer>,
  options?: LineJoinerOptions,
): AsyncGenerator<LogBlock> {
  const cut = frameCutter()
  const stampOf = stampReader()
  const lines = createLineJoiner(options)
  for await (const chunk of chunks) {
    cut(chunk, (stream, buffer, start, end) => {
      const gap = gapIn(buffer, start, end)
      const isWhole = buffer[end - 1] === newline
      const atMs = stampOf(buffer, start, gap)
      lines.add({ stream, atMs, buffer, start: gap + 1, end: isWhole ? end - 1 : end, isWhole })
    })
    const block = lines.take()
    if (block !== undefined) yield block
  }
  lines.finish()
  const last = lines.take()
  if (last !== undefined) yield last
}

/** Where the stamp ends; before the text when there is none. */
function gapIn(buffer: Buffer, start: number, end: number): number {
  // A stamp of whole seconds, as Podman writes it, has its zone where the others have a dot.
  const longest = start + longestStampBytes
  if (buffer[start + secondsBytes] === dot && buffer[longest] === space) return longest
  const gap = buffer.indexOf(space, start)
  return gap < 0 || gap >= end ? start - 1 : gap
}
