import type { Deployment } from '@sublet/protocol'
import type { Journal } from './journal.ts'
import { type Content, type DeploymentState, type GroupState, isOver, type StoredProblem } from './state.ts'
import { viewOf } from './view.ts'

/** One deployment in memory: its state, who watches it, and who must be woken when what is wanted changes. */
export interface LiveDeployment {
  readonly id: string
  readonly content: Content
  readonly state: DeploymentState
  readonly view: Deployment
  /** Aborts when what is wanted changes, and when the controller stops. */
  readonly interrupt: AbortSignal
  readonly stopping: boolean
  group(name: string): GroupState
  /** Shows a group's new state at once and journals it in order; awaiting it waits for the journal. */
  save(group: GroupState): Promise<void>
  /** The same for what may be lost, such as what the market said: nobody waits, and a failed write is only logged. */
  note(group: GroupState): void
  /** Like `save`, for a step that must be journalled by other means first. */
  saveBy(group: GroupState, write: () => Promise<void>): Promise<void>
  /** Wants the whole deployment closed, because of a problem or because somebody asked. */
  wantClosed(problem?: StoredProblem): Promise<void>
  wantGroupClosed(name: string): Promise<void>
  finish(endedAtMs: number): Promise<void>
  /** Leaves everything as it is, to be taken up by the next controller. */
  stop(): void
  /** Resolves at the next change. */
  changed(signal?: AbortSignal): Promise<void>
  /** Resolves once every group is ready to be offered, so that all are rented or none. */
  allReady(name: string, signal: AbortSignal): Promise<void>
}

export function createLiveDeployment(options: {
  state: DeploymentState
  content: Content
  journal: Journal
  onWriteFailed: (error: unknown) => void
}): LiveDeployment {
  const { content, journal, onWriteFailed } = options
  let { state } = options
  let view = viewOf(state)
  let interrupt = new AbortController()
  let stopping = false
  let writing: Promise<void> = Promise.resolve()
  let waiters: (() => void)[] = []
  const ready = new Set<string>()

  const show = (next: DeploymentState) => {
    state = next
    view = viewOf(next)
    for (const wake of waiters.splice(0)) wake()
  }
  const write = (task: () => Promise<void>) => {
    const written = writing.then(task)
    // A failed write is told to whoever waits for it, and must not stop the ones behind it.
    writing = written.catch(() => {})
    return written
  }
  const withGroup = (group: GroupState): DeploymentState => ({
    ...state,
    groups: state.groups.map((other) => (other.name === group.name ? group : other)),
  })
  const saveBy = (group: GroupState, task: () => Promise<void>) => {
    show(withGroup(group))
    return write(task)
  }
  const saveWhole = () => {
    const { groups: _, ...whole } = state
    return write(() => journal.saveDeployment(whole))
  }
  const interruptAll = (reason: string) => {
    const before = interrupt
    interrupt = new AbortController()
    before.abort(new Error(reason))
  }
  const changed = (signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      const finish = () => {
        signal?.removeEventListener('abort', finish)
        waiters = waiters.filter((other) => other !== finish)
        resolve()
      }
      if (signal?.aborted) return resolve()
      waiters.push(finish)
      signal?.addEventListener('abort', finish, { once: true })
    })
  const isReady = (group: GroupState) =>
    ready.has(group.name) || isOver(group) || group.stage === 'offering' || group.stage === 'following'

  return {
    id: state.id,
    content,
    get state() {
      return state
    },
    get view() {
      return view
    },
    get interrupt() {
      return interrupt.signal
    },
    get stopping() {
      return stopping
    },
    group(name) {
      const found = state.groups.find((group) => group.name === name)
      if (found === undefined) throw new RangeError(`the deployment has no group ${name}`)
      return found
    },
    save: (group) => saveBy(group, () => journal.saveGroup(state.id, group)),
    note(group) {
      saveBy(group, () => journal.saveGroup(state.id, group)).catch(onWriteFailed)
    },
    saveBy,
    async wantClosed(problem) {
      if (state.desired === 'closed') return
      show({ ...state, desired: 'closed', ...(problem === undefined ? {} : { problem }) })
      // At once: a step that began by what was wanted before must not go on while this is written down.
      interruptAll('the deployment is to be closed')
      await saveWhole()
    },
    async wantGroupClosed(name) {
      const group = state.groups.find((one) => one.name === name)
      if (group === undefined || isOver(group) || group.wanted === 'closed') return
      const closing: GroupState = { ...group, wanted: 'closed' }
      const saved = saveBy(closing, () => journal.saveGroup(state.id, closing))
      interruptAll('a lease is to be closed')
      await saved
    },
    async finish(endedAtMs) {
      show({ ...state, endedAtMs })
      await saveWhole()
    },
    stop() {
      stopping = true
      interruptAll('the controller stops')
    },
    changed,
    async allReady(name, signal) {
      ready.add(name)
      for (const wake of waiters.splice(0)) wake()
      while (!state.groups.every(isReady)) {
        signal.throwIfAborted()
        await changed(signal)
      }
      signal.throwIfAborted()
    },
  }
}
