import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Navigate } from '@tanstack/react-router'
import { deploymentsQuery } from '../api/queries.ts'
import { NotFound } from '../app/not-found.tsx'
import { Trouble } from '../design/trouble.tsx'

const route = getRouteApi('/leases/$leaseId')

/** Leads from a lease's id, as the command line prints it, to the deployment that holds it. */
export function LeaseRedirect() {
  const { leaseId } = route.useParams()
  const { data, error } = useQuery(deploymentsQuery)
  if (data === undefined) return error === null ? null : <Trouble error={error} />
  for (const { id, groups } of data) {
    const group = groups.find((one) => one.leaseId === leaseId.toLowerCase())
    if (group === undefined) continue
    const search = groups.length > 1 ? { group: group.name } : {}
    return <Navigate to="/deployments/$id" params={{ id }} search={search} replace />
  }
  return <NotFound />
}
