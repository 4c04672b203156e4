import { deploymentSchema } from '@sublet/protocol'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { deploymentPath, deploymentQuery, deploymentsQuery } from './queries.ts'

/** A deployment as the controller streams it: the query holds the newest state, the stream replaces it. */
export function useLiveDeployment(id: string) {
  const client = useQueryClient()
  const [streaming, setStreaming] = useState(false)
  const query = useQuery({ ...deploymentQuery(id), refetchInterval: streaming ? false : 2_000 })
  const known = query.data !== undefined
  const ended = query.data?.endedAtMs !== undefined

  useEffect(() => {
    if (!known || ended) return
    const events = new EventSource(`${deploymentPath(id)}/events`)
    events.addEventListener('open', () => setStreaming(true))
    events.addEventListener('error', () => setStreaming(false))
    events.addEventListener('deployment', (event: MessageEvent<string>) => {
      const decoded = deploymentSchema.safeDecode(JSON.parse(event.data))
      if (!decoded.success) return
      client.setQueryData(deploymentQuery(id).queryKey, decoded.data)
      client.setQueryData(deploymentsQuery.queryKey, (list) =>
        list?.map((one) => (one.id === id ? decoded.data : one)),
      )
    })
    return () => events.close()
  }, [client, id, known, ended])

  return query
}
