import { Link } from '@tanstack/react-router'
import { starters } from './starters.ts'

/** The starters as things to pick; each opens in the editor. */
export function StarterChoice() {
  return (
    <ul className="sheet mt-6 divide-y divide-line">
      {starters.map(({ name, title, what }) => (
        <li key={name}>
          <Link
            to="/new"
            search={{ start: name }}
            className="group flex items-center gap-4 px-4 py-3.5 hover:bg-sunk/60"
          >
            <span className="min-w-0 flex-1">
              <span className="block text-[15px] font-semibold">{title}</span>
              <span className="block text-soft">{what}</span>
            </span>
            <span aria-hidden className="text-soft group-hover:text-ink">
              <svg
                aria-hidden="true"
                viewBox="0 0 16 16"
                className="size-4"
                fill="none"
                stroke="currentColor"
                strokeWidth="1.6"
              >
                <path d="m6 3 5 5-5 5" />
              </svg>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
