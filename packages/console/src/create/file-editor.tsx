import type { Validation } from '@sublet/protocol'
import { type DragEvent, type KeyboardEvent, type RefObject, useRef, useState } from 'react'
import { indentAfter } from './caret.ts'

interface FileEditorProps {
  value: string
  onChange: (text: string) => void
  onFile: (file: File) => void
  findings: Validation['findings']
  area: RefObject<HTMLTextAreaElement | null>
}

/** A plain text field with line numbers; lines with findings are marked. A file may be dropped onto it. */
export function FileEditor({ value, onChange, onFile, findings, area }: FileEditorProps) {
  const gutter = useRef<HTMLDivElement>(null)
  const [over, setOver] = useState(false)
  const marks = new Map<number, 'error' | 'warning'>()
  for (const { line, severity } of findings) {
    if (marks.get(line) !== 'error') marks.set(line, severity)
  }
  const lines = value.split('\n').length

  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    const [file] = event.dataTransfer.files
    if (file !== undefined) onFile(file)
  }

  function keyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || event.metaKey || event.ctrlKey) return
    const { selectionStart } = event.currentTarget
    const indent = indentAfter(event.currentTarget.value, selectionStart)
    if (indent === '') return
    event.preventDefault()
    // The only way that keeps the browser's own undo; the event that follows tells React.
    document.execCommand('insertText', false, `\n${indent}`)
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the button beside it opens files
    <div
      className={`sheet flex h-[min(62vh,560px)] min-h-72 overflow-hidden font-mono text-[13px] leading-5 ${over ? 'outline-2 outline-lamp' : ''}`}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div
        ref={gutter}
        aria-hidden
        className="w-11 shrink-0 overflow-hidden border-r border-line bg-sunk/50 py-3 text-right text-soft select-none"
      >
        {Array.from({ length: lines }, (_, index) => {
          const mark = marks.get(index + 1)
          return (
            <div
              // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
              key={index}
              className={`h-5 pr-2 ${mark === 'error' ? 'bg-stop font-bold text-sheet' : mark === 'warning' ? 'bg-lamp font-bold text-onlamp' : ''}`}
            >
              {index + 1}
            </div>
          )
        })}
        <div className="h-10" />
      </div>
      <textarea
        ref={area}
        value={value}
        onChange={({ target }) => onChange(target.value)}
        onKeyDown={keyDown}
        onScroll={({ currentTarget }) => gutter.current?.scrollTo({ top: currentTarget.scrollTop })}
        aria-label="Workload file"
        aria-invalid={findings.some(({ severity }) => severity === 'error')}
        aria-describedby="findings"
        wrap="off"
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        placeholder={'image: ghcr.io/acme/app:1\nport: 80'}
        className="min-w-0 flex-1 resize-none bg-transparent p-3 -outline-offset-2 placeholder:text-soft"
      />
    </div>
  )
}
