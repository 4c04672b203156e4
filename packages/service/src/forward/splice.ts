import type { Duplex, Readable, Writable } from 'node:stream'

/** One end of a byte stream; the two halves may be one object. */
export interface End {
  readable: Readable
  writable: Writable
}

/**
 * Joins two byte streams, both ways. What one side wrote before it hung up reaches the other whole; `pipeline` would
 * destroy the other side with it. Sockets must allow being half open, or the first end is both.
 */
export function splice(left: End, right: End): void {
  join(left, right)
  join(right, left)
}

export function endOf(duplex: Duplex): End {
  return { readable: duplex, writable: duplex }
}

function join(from: End, to: End): void {
  from.readable.pipe(to.writable)
  const cutOff = () => {
    // It ended by itself: then its last bytes are on their way, and the end after them.
    if (!from.readable.readableEnded) to.writable.destroy()
  }
  from.readable.once('error', cutOff)
  from.readable.once('close', cutOff)
  if (from.writable !== (from.readable as unknown)) from.writable.once('error', cutOff)
}
