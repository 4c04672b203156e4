import type { LeaseStatus } from '@sublet/protocol'
import { type FormEvent, lazy, Suspense, useState } from 'react'
import { commandWords } from './command-words.ts'

const Terminal = lazy(async () => ({ default: (await import('./terminal.tsx')).TerminalView }))

/** A shell, or any command, inside a service of the lease. */
export function ShellView({ lease }: { lease: LeaseStatus | undefined }) {
  const [service, setService] = useState(lease?.services[0]?.name ?? '')
  const [command, setCommand] = useState('/bin/sh')
  const [started, setStarted] = useState<{ run: number; service: string; command: string[] }>()
  if (lease === undefined || lease.phase !== 'active') {
    return <p className="text-soft">A shell needs an active lease.</p>
  }
  const words = commandWords(command)
  const chosen = service === '' ? (lease.services[0]?.name ?? '') : service
  function start(event: FormEvent) {
    event.preventDefault()
    if (words !== undefined) setStarted({ run: (started?.run ?? 0) + 1, service: chosen, command: words })
  }
  return (
    <section aria-label="Shell" className="grid gap-2">
      <form onSubmit={start} className="flex flex-wrap items-center gap-2">
        {lease.services.length < 2 ? null : (
          <select
            className="field"
            aria-label="Service"
            value={chosen}
            onChange={({ target }) => setService(target.value)}
          >
            {lease.services.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
        <input
          className="field min-w-0 flex-1 basis-40 font-mono text-[13px]"
          aria-label="Command"
          value={command}
          onChange={({ target }) => setCommand(target.value)}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
        />
        <button type="submit" className="button button-go" disabled={words === undefined}>
          {started === undefined ? 'Open the shell' : 'Start again'}
        </button>
      </form>
      {started === undefined ? (
        <p className="text-soft">
          Runs in <span className="text-ink">{chosen}</span>, encrypted from here to the provider. An image
          without a shell still has its own programs, such as <code className="font-mono">node</code> or{' '}
          <code className="font-mono">python</code>.
        </p>
      ) : (
        <Suspense fallback={<p className="text-soft">Opening…</p>}>
          <Terminal
            key={started.run}
            leaseId={lease.leaseId}
            service={started.service}
            command={started.command}
          />
        </Suspense>
      )}
    </section>
  )
}
