import { useSyncExternalStore } from 'react'

/** One beat for the whole page, on the whole second, and none while nobody looks. */
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setTimeout> | undefined
let nowMs = Date.now()

function beat(): void {
  nowMs = Date.now()
  for (const listener of listeners) listener()
  timer = listeners.size === 0 ? undefined : setTimeout(beat, 1000 - (nowMs % 1000))
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (timer === undefined) {
    nowMs = Date.now()
    timer = setTimeout(beat, 1000 - (nowMs % 1000))
  }
  return () => {
    listeners.delete(listener)
  }
}

function now(): number {
  return nowMs
}

/** Milliseconds since 1970, renewed at every whole second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, now, now)
}
