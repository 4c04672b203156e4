import { useQuery } from '@tanstack/react-query'
import { namesQuery } from '../api/queries.ts'

/** The host names of its own that a lease brought: proofs, certificates, and what is missing. */
export function NamesView({ leaseId }: { leaseId: string }) {
  const { data: names = [] } = useQuery(namesQuery(leaseId))
  if (names.length === 0) return null
  return (
    <ul className="sheet divide-y divide-line" aria-label="Host names">
      {names.map(({ host, state, url, message, hint }) => (
        <li key={host} className="grid gap-1 px-3 py-2">
          <span className="flex flex-wrap items-baseline gap-x-4">
            {url === undefined ? (
              <span className="font-semibold">{host}</span>
            ) : (
              <a className="font-semibold" href={url} target="_blank" rel="noreferrer">
                {host}
              </a>
            )}
            <span className={state === 'secure' ? '' : 'text-stop'}>{state}</span>
          </span>
          <span className="text-soft">
            {message} {hint}
          </span>
        </li>
      ))}
    </ul>
  )
}
