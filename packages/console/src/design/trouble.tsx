import { asSubletError } from '../api/request.ts'
import { Words } from './words.tsx'

/** An error as people need it: what happened, and what to do about it. */
export function Trouble({ error, title }: { error: unknown; title?: string }) {
  const { message, hint, code } = asSubletError(error)
  return (
    <div role="alert" className="border-l-3 border-stop bg-sheet px-3 py-2">
      <p className="font-semibold">
        {title === undefined ? '' : `${title} `}
        <Words text={message} />
      </p>
      {hint === undefined ? null : (
        <p className="mt-0.5 text-soft">
          <Words text={hint} />
        </p>
      )}
      <p className="mt-0.5 font-mono text-[12px] text-soft">{code}</p>
    </div>
  )
}
