import { type FormEvent, useState } from 'react'

/** Shown when the page came without its token, such as from a bookmark, or with that of another network. */
export function SignIn() {
  const refused = new URLSearchParams(location.search).has('token-refused')
  const [address, setAddress] = useState('')
  const token = tokenIn(address)
  function open(event: FormEvent) {
    event.preventDefault()
    if (token !== undefined) location.assign(`/?token=${encodeURIComponent(token)}`)
  }
  return (
    <main className="mx-auto max-w-[520px] px-4 py-24">
      <h1>This page needs its token</h1>
      {refused ? (
        <p role="alert" className="mt-2 font-semibold">
          The token in that address is not the one of this network.
        </p>
      ) : null}
      <p className="mt-2 text-soft">
        Only the person who runs this network may spend its wallet. Open the console at the address that{' '}
        <code className="font-mono text-ink">sublet up</code> printed, or paste that address here.
      </p>
      <form onSubmit={open} className="mt-5 flex flex-wrap gap-2">
        <input
          className="field min-w-0 flex-1 font-mono"
          aria-label="Address or token"
          placeholder={`${location.origin}/?token=…`}
          value={address}
          onChange={(event) => setAddress(event.target.value)}
          autoComplete="off"
          spellCheck={false}
        />
        <button type="submit" className="button button-go" disabled={token === undefined}>
          Open
        </button>
      </form>
    </main>
  )
}

/** The token in an address that somebody pasted, or the text itself when it looks like one. */
export function tokenIn(text: string): string | undefined {
  const trimmed = text.trim()
  if (URL.canParse(trimmed)) return new URL(trimmed).searchParams.get('token') ?? undefined
  return /^[\w-]{8,}$/.test(trimmed) ? trimmed : undefined
}
