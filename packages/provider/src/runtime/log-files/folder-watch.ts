import { type FSWatcher, watch } from 'node:fs'

/** Watching is not to be had everywhere; this beat finds what it would have told. */
const unwatchedBeatMs = 200
/** Where there is watching, it may still miss something when too much happens at once. */
const watchedBeatMs = 10_000

export interface FolderWatch {
  /** Settles when something in the folder has changed since the last call, at once if it has already. */
  changed(): Promise<void>
  /** As if something had changed. */
  wake(): void
  close(): void
}

/** Watches a folder's files, at no cost while nothing happens to them. */
export function watchFolder(folder: string, beatMs = watchedBeatMs): FolderWatch {
  let hasChanged = false
  let settle: (() => void) | undefined
  let watcher: FSWatcher | undefined
  try {
    watcher = watch(folder, { persistent: false }, wake)
    // Such as the folder's own end.
    watcher.on('error', unwatched)
  } catch {
    // Not there, or no more watches are to be had.
  }

  function unwatched(): void {
    watcher?.close()
    watcher = undefined
    wake()
  }

  function wake(): void {
    hasChanged = true
    settle?.()
  }

  return {
    async changed() {
      if (!hasChanged) {
        await new Promise<void>((resolve) => {
          const beat = setTimeout(resolve, watcher === undefined ? Math.min(unwatchedBeatMs, beatMs) : beatMs)
          settle = () => {
            clearTimeout(beat)
            resolve()
          }
        })
        settle = undefined
      }
      hasChanged = false
    },
    wake,
    close() {
      watcher?.close()
      watcher = undefined
      wake()
    },
  }
}

/** Settles when something in the folder changed, after a while, or when told to stop. */
export async function nextChange(folder: string, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return
  const seen = watchFolder(folder, unwatchedBeatMs)
  signal?.addEventListener('abort', seen.wake, { once: true })
  try {
    await seen.changed()
  } finally {
    signal?.removeEventListener('abort', seen.wake)
    seen.close()
  }
}
