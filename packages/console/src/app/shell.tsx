import { useIsFetching, useQuery } from '@tanstack/react-query'
import { Link, Outlet } from '@tanstack/react-router'
import { deploymentsQuery } from '../api/queries.ts'
import { asSubletError } from '../api/request.ts'
import markUrl from '../design/mark.svg'
import { ThemeChoice } from '../design/theme-choice.tsx'
import { Words } from '../design/words.tsx'
import { WalletStrip } from '../wallet/wallet-strip.tsx'
import { SignIn } from './sign-in.tsx'

const signedOut = new Set(['auth.missing', 'auth.refused'])

/** What every page stands in: the board with the places to go and the money, and word of a lost network. */
export function Shell() {
  const { error, data } = useQuery(deploymentsQuery)
  const trouble = error === null ? undefined : asSubletError(error)
  if (trouble !== undefined && signedOut.has(trouble.code)) return <SignIn />
  const waiting = (data ?? []).filter(({ phase }) => phase === 'picking').length
  return (
    <>
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-20 focus:m-2 focus:bg-lamp focus:px-3 focus:py-1 focus:text-onlamp"
      >
        Skip to the content
      </a>
      <header className="border-b border-boardline bg-board text-boardink">
        <div className="mx-auto max-w-[1360px] sm:px-6">
          <div className="flex flex-wrap items-center gap-x-6 sm:h-13">
            <div className="flex h-13 flex-1 items-center gap-x-1 max-sm:px-4 sm:flex-none sm:gap-x-2">
              <Link to="/" className="mr-2 flex items-center gap-2 text-[16px] font-bold tracking-tight">
                <img src={markUrl} alt="" className="size-6" />
                <span className="max-[400px]:sr-only">Sublet</span>
              </Link>
              <nav aria-label="Pages" className="flex items-center">
                <Place to="/" label="Deployments" count={waiting} />
                <Place to="/market" label="Market" count={0} />
              </nav>
              <span className="flex-1 sm:hidden" />
              <span className="sm:hidden">
                <ThemeChoice />
              </span>
            </div>
            <span className="flex-1 max-sm:hidden" />
            <div className="max-sm:w-full">
              <WalletStrip />
            </div>
            <span className="max-sm:hidden">
              <ThemeChoice />
            </span>
          </div>
        </div>
      </header>
      {trouble?.code === 'controller.unreachable' ? (
        <div role="alert" className="bg-lamp px-4 py-2 text-onlamp sm:px-6">
          <p className="mx-auto max-w-[1312px]">
            <strong className="font-semibold">{trouble.message}</strong> <Words text={trouble.hint ?? ''} />
          </p>
        </div>
      ) : null}
      <main
        id="main"
        tabIndex={-1}
        className="mx-auto max-w-[1360px] px-4 pt-5 pb-16 outline-none sm:px-6 sm:pt-7"
      >
        <Outlet />
      </main>
      <Busy />
    </>
  )
}

function Place({ to, label, count }: { to: '/' | '/market'; label: string; count: number }) {
  return (
    <Link
      to={to}
      activeOptions={{ exact: true, includeSearch: false }}
      className="flex h-13 items-center gap-1.5 border-b-2 border-transparent px-2 font-medium text-boardsoft hover:text-boardink aria-[current=page]:border-lamp aria-[current=page]:text-boardink sm:px-3"
    >
      {label}
      {count === 0 ? null : (
        <span className="rounded-sm bg-lamp px-1.5 text-[12px] leading-4 font-semibold text-onlamp">
          {count}
          <span className="sr-only"> waiting for your pick</span>
        </span>
      )}
    </Link>
  )
}

/** For tests and for the eye of the impatient: whether the first answers are still on their way. */
function Busy() {
  const first = useIsFetching({ predicate: ({ state }) => state.data === undefined })
  return <div hidden data-busy={first > 0} />
}
