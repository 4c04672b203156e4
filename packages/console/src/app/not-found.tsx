import { Link } from '@tanstack/react-router'

export function NotFound() {
  return (
    <>
      <h1>There is no such page</h1>
      <p className="mt-2 text-soft">
        Go to your{' '}
        <Link to="/" className="link text-ink">
          deployments
        </Link>{' '}
        or to the{' '}
        <Link to="/market" className="link text-ink">
          market
        </Link>
        .
      </p>
    </>
  )
}
