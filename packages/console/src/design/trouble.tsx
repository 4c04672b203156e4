import { asSubletError } from '../api/request.ts'

/** An error as people need it: what happened, and what to do about it. */
export function Trouble({ error, title }: { error: unknown; title?: string }) {
  const { message, hint, code } = asSubletError(error)
  return (
    <div role="alert" className="border-l-3 border-stop bg-sheet px-3 py-2">
      <p className="font-semibold">
        {title === undefined ? '' : `${title} `}
        {message}
      </p>
      {hint === undefined ? null : <p className="mt-0.5 text-soft">{hint}</p>}
      <p className="mt-0.5 font-mono text-[12px] text-soft">{code}</p>
    </div>
  )
}
