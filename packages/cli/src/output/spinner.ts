import color from 'picocolors'
import type { Progress } from './progress.ts'

const frames = ['◒', '◐', '◓', '◑']
const frameMs = 80
const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'
const clearLine = '\r\u001b[2K'

type Terminal = Pick<NodeJS.WriteStream, 'write' | 'columns'>

/**
 * A line on a terminal that turns until the work is over. It leaves keys and signals alone: what Ctrl-C means is the
 * command's to say, which may have something running that costs money. (Libraries for this end the process at Ctrl-C,
 * or hang on a terminal that reports no width.)
 */
export function startSpinner(terminal: Terminal, first: string): Progress {
  let message = first
  let turn = 0
  const draw = () => {
    const mark = frames[turn++ % frames.length] ?? ''
    // A line that wraps could not be drawn over.
    const room = Math.max(1, (terminal.columns || 80) - 4)
    terminal.write(`${clearLine}${color.magenta(mark)}  ${[...message].slice(0, room).join('')}`)
  }
  const showAgain = () => void terminal.write(showCursor)
  const timer = setInterval(draw, frameMs)
  process.once('exit', showAgain)
  terminal.write(hideCursor)
  draw()

  function end(mark: string, text: string): void {
    clearInterval(timer)
    process.removeListener('exit', showAgain)
    terminal.write(`${clearLine}${mark}  ${text}\n${showCursor}`)
  }
  return {
    update(text) {
      message = text
      draw()
    },
    done: (text) => end(color.green('✓'), text),
    failed: (text) => end(color.red('✗'), text),
  }
}
