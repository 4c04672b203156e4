import type { Journal, OpenOffer, Recorded } from '../deployment/journal.ts'
import { contentSchema, groupStateSchema } from '../deployment/state.ts'

/** A journal that outlives a controller in the same process, and can be cut off as a kill would. */
export interface MemoryJournal extends Journal {
  /** How many writes were made so far. */
  readonly writes: number
}

export class Killed extends Error {}

/** What is written, shared by the journals of one deployment's controllers. */
export interface Disk {
  deployments: Map<string, Recorded>
  offers: Map<string, OpenOffer>
}

export const emptyDisk = (): Disk => ({ deployments: new Map(), offers: new Map() })

/** `mayWrite` decides before every write whether this controller still lives. */
export function createMemoryJournal(disk: Disk, mayWrite: () => boolean = () => true): MemoryJournal {
  let writes = 0
  const write = async (change: () => void) => {
    if (!mayWrite()) throw new Killed('killed')
    writes += 1
    change()
    await Promise.resolve()
  }
  const stored = (id: string): Recorded => {
    const known = disk.deployments.get(id)
    if (known === undefined) throw new Error(`nothing is written of ${id}`)
    return known
  }
  // Through the schemas and back, so that what cannot be stored fails here too.
  const plainGroup = (group: Recorded['state']['groups'][number]) =>
    groupStateSchema.parse(JSON.parse(JSON.stringify(groupStateSchema.encode(group))))
  const writeGroup = (id: string, group: Recorded['state']['groups'][number]) => {
    const { state, content } = stored(id)
    const plain = plainGroup(group)
    const groups = state.groups.map((other) => (other.name === plain.name ? plain : other))
    disk.deployments.set(id, { state: { ...state, groups }, content })
  }
  const offerKey = ({ leaseId, provider }: OpenOffer) => `${leaseId} ${provider}`
  return {
    get writes() {
      return writes
    },
    create: ({ state, content }) =>
      write(() => {
        const plain = contentSchema.parse(JSON.parse(JSON.stringify(contentSchema.encode(content))))
        disk.deployments.set(state.id, {
          state: { ...state, groups: state.groups.map(plainGroup) },
          content: plain,
        })
      }),
    saveDeployment: (whole) =>
      write(() => {
        const { state, content } = stored(whole.id)
        disk.deployments.set(whole.id, { state: { ...whole, groups: state.groups }, content })
      }),
    saveGroup: (id, group) => write(() => writeGroup(id, group)),
    saveOffer: (id, group, offer) =>
      write(() => {
        writeGroup(id, group)
        disk.offers.set(offerKey(offer), offer)
      }),
    load: async () => [...disk.deployments.values()],
    openOffers: async () => [...disk.offers.values()],
    dropOffer: (offer) =>
      write(() => {
        disk.offers.delete(offerKey(offer))
      }),
  }
}
