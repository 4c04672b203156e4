/** `q`, `Q`, Ctrl-C and Ctrl-D: in raw mode they come as bytes. */
const quitKeys = [0x71, 0x51, 0x03, 0x04]

const enter = '\u001b[?1049h\u001b[?25l'
const leave = '\u001b[?25h\u001b[?1049l'

export interface LiveScreen {
  input: NodeJS.ReadStream
  output: NodeJS.WriteStream
  /** Aborted by `q` and Ctrl-C; whoever aborts it ends the showing as well. */
  stop: AbortController
  /** What the screen shows now: at most as many lines as there are rows, none wider than the columns. */
  frame(size: { columns: number; rows: number }): string[]
}

/** Takes the terminal's screen while `run` lasts, and gives it back however that ends. `draw` shows the frame of this moment. */
export async function onScreen(screen: LiveScreen, run: (draw: () => void) => Promise<void>): Promise<void> {
  const { input, output, stop } = screen
  const draw = () => {
    // Some terminals say 0 until their size is known.
    const lines = screen
      .frame({ columns: output.columns || 80, rows: output.rows || 24 })
      .map((line) => `${line}\u001b[K`)
    output.write(`\u001b[H${lines.join('\r\n')}\u001b[J`)
  }
  const onKey = (bytes: Buffer) => {
    if (quitKeys.some((key) => bytes.includes(key))) stop.abort()
  }
  output.write(enter)
  if (input.isTTY) input.setRawMode(true).on('data', onKey).resume()
  output.on('resize', draw)
  try {
    draw()
    await run(draw)
  } finally {
    output.off('resize', draw)
    if (input.isTTY) input.off('data', onKey).setRawMode(false).pause()
    output.write(leave)
  }
}

/** Waits so long, or until the signal; it never throws. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    if (signal.aborted) done()
    else signal.addEventListener('abort', done, { once: true })
  })
}
