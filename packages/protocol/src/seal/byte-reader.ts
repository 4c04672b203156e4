/** Reads exact numbers of bytes from a stream of chunks of any size. */
export interface ByteReader {
  /** So many bytes; undefined when the stream ends before the first of them. Throws RangeError when it ends among them. */
  read(length: number): Promise<Uint8Array | undefined>
  /** Gives up the stream. */
  cancel(): Promise<void>
}

export function readBytes(chunks: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = chunks[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array()

  async function more(): Promise<boolean> {
    while (rest.length === 0) {
      const next = await iterator.next()
      if (next.done === true) return false
      rest = next.value
    }
    return true
  }
  function take(length: number): Uint8Array {
    const taken = rest.subarray(0, length)
    rest = rest.subarray(taken.length)
    return taken
  }
  return {
    async read(length) {
      if (length === 0) return new Uint8Array()
      if (!(await more())) return undefined
      // Most frames lie whole within a chunk: no copy then.
      if (rest.length >= length) return take(length)
      const whole = new Uint8Array(length)
      for (let filled = 0; filled < length; ) {
        if (!(await more())) throw new RangeError('the stream ends within a part')
        const part = take(length - filled)
        whole.set(part, filled)
        filled += part.length
      }
      return whole
    },
    async cancel() {
      await iterator.return?.()
    },
  }
}
