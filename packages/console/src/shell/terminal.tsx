import '@xterm/xterm/css/xterm.css'
import { FitAddon } from '@xterm/addon-fit'
import { Terminal } from '@xterm/xterm'
import { useEffect, useRef, useState } from 'react'
import { type ExecSession, execUrl, openExec } from './exec-session.ts'

interface TerminalViewProps {
  leaseId: string
  service: string
  command: readonly string[]
}

/** The terminal is dark in both themes, as the board is. */
const colours = {
  background: '#14181a',
  foreground: '#e6eae6',
  cursor: '#ffb71f',
  cursorAccent: '#14181a',
  selectionBackground: '#5c4a1c',
}

/** A terminal on one command; it ends with the command. */
export function TerminalView({ leaseId, service, command }: TerminalViewProps) {
  const place = useRef<HTMLDivElement>(null)
  const [ended, setEnded] = useState<string>()

  useEffect(() => {
    const element = place.current
    if (element === null) return
    const terminal = new Terminal({
      fontFamily: getComputedStyle(element).fontFamily,
      fontSize: 13,
      theme: colours,
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      screenReaderMode: true,
    })
    const fit = new FitAddon()
    terminal.loadAddon(fit)
    terminal.open(element)
    fit.fit()
    const target = { leaseId, service, command, columns: terminal.cols, rows: terminal.rows }
    const session: ExecSession = openExec(new WebSocket(execUrl(target, location)), {
      onOpen: () => terminal.focus(),
      onOutput: (bytes) => terminal.write(bytes),
      onExit: (exitCode) => setEnded(exitWords(exitCode, command)),
      onLost: (reason) => setEnded(reason),
    })
    terminal.onData((text) => session.write(text))
    terminal.onResize(({ cols, rows }) => session.resize(cols, rows))
    const observer = new ResizeObserver(() => fit.fit())
    observer.observe(element)
    return () => {
      observer.disconnect()
      session.close()
      terminal.dispose()
    }
  }, [leaseId, service, command])

  return (
    <>
      <div className="h-[min(48vh,480px)] min-h-60 overflow-hidden rounded-md bg-board p-3">
        <div
          ref={place}
          className="size-full font-mono"
          data-terminal={ended === undefined ? 'open' : 'ended'}
        />
      </div>
      {ended === undefined ? null : (
        <p role="status" className="text-soft">
          {ended}
        </p>
      )}
    </>
  )
}

/** 126 and 127 are what shells and runtimes answer when the program itself is the trouble. */
function exitWords(exitCode: number, command: readonly string[]): string {
  if (exitCode === 126 || exitCode === 127) {
    return `${command[0]} could not be started here. The image may not have it; try another program.`
  }
  return `The command ended with ${exitCode}.`
}
