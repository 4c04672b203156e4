import { isEnded, type LeaseStatus, leaseEventSchema } from '@sublet/protocol'
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import { createStreamStore, type StreamSnapshot } from '../api/stream-store.ts'
import { addEvents } from './event-list.ts'

export type EventsSnapshot = StreamSnapshot<ReturnType<typeof addEvents>>

const nothing = { subscribe: () => () => {}, snapshot: (): EventsSnapshot => none }
const none: EventsSnapshot = { value: [], state: 'connecting', error: undefined }

/** What happens to a lease, as its provider tells it. */
export function useEvents(lease: LeaseStatus | undefined): EventsSnapshot {
  const over = lease !== undefined && isEnded(lease.phase)
  const overNow = useRef(over)
  useEffect(() => {
    overNow.current = over
  }, [over])
  const leaseId = lease?.leaseId
  const store = useMemo(
    () =>
      leaseId === undefined
        ? nothing
        : createStreamStore({
            empty: none.value,
            path: (follow) => `/v1/leases/${encodeURIComponent(leaseId)}/timeline?follow=${follow}`,
            decoder: leaseEventSchema,
            add: addEvents,
            isOver: () => overNow.current,
          }),
    [leaseId],
  )
  return useSyncExternalStore(store.subscribe, store.snapshot)
}
