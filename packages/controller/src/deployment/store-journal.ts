import { type Address, agreementSchema, type Hex } from '@sublet/protocol'
import type { Store } from '@sublet/service'
import { type QueryCreator, sql } from 'kysely'
import type { ContentBox } from './content-box.ts'
import type { Journal, OpenOffer, Recorded } from './journal.ts'
import { contentSchema, type GroupState, groupStateSchema, type StoredProblem } from './state.ts'

export interface ControllerTables {
  deployments: {
    id: string
    name: string
    desired: 'running' | 'closed'
    created_at_ms: number
    ended_at_ms: number | null
    problem: StoredProblem | null
    content: Uint8Array
  }
  groups: { deployment_id: string; name: string; position: number; state: unknown }
  /** The last snapshot of each volume of a deployment, by the deployment's name. */
  snapshots: { deployment: string; volume: string; taken_at_ms: number; place: Uint8Array }
  open_offers: { lease_id: string; provider: string; agreement: unknown }
}

const jsonOf = (value: unknown) => JSON.stringify(value)
const asJsonb = (value: unknown) => sql`${jsonOf(value)}::jsonb`

const groupUpdate = (
  on: Pick<QueryCreator<ControllerTables>, 'updateTable'>,
  deploymentId: string,
  group: GroupState,
) =>
  on
    .updateTable('groups')
    .set({ state: asJsonb(groupStateSchema.encode(group)) })
    .where('deployment_id', '=', deploymentId)
    .where('name', '=', group.name)

/** The journal in PostgreSQL. */
export function createStoreJournal(store: Store<ControllerTables>, box: ContentBox): Journal {
  const { db } = store

  return {
    async create({ state, content }) {
      const rows = state.groups.map((group, position) => ({
        deployment_id: state.id,
        name: group.name,
        position,
        state: asJsonb(groupStateSchema.encode(group)),
      }))
      // One statement, so whole or not at all in one trip: whoever deploys waits for it.
      await db
        .with('deployment', (within) =>
          within.insertInto('deployments').values({
            id: state.id,
            name: state.name,
            desired: state.desired,
            created_at_ms: state.createdAtMs,
            ended_at_ms: null,
            problem: null,
            content: box.seal(jsonOf(contentSchema.encode(content))),
          }),
        )
        .insertInto('groups')
        .values(rows)
        .execute()
    },
    async saveDeployment(state) {
      await db
        .updateTable('deployments')
        .set({
          desired: state.desired,
          ended_at_ms: state.endedAtMs ?? null,
          problem: (state.problem === undefined ? null : asJsonb(state.problem)) as StoredProblem | null,
        })
        .where('id', '=', state.id)
        .execute()
    },
    async saveGroup(deploymentId, group) {
      await groupUpdate(db, deploymentId, group).execute()
    },
    async saveOffer(deploymentId, group, offer) {
      const agreement = asJsonb(agreementSchema.encode(offer.agreement))
      // One statement, as above: the provider waits for its manifest.
      await db
        .with('grouped', (within) => groupUpdate(within, deploymentId, group))
        .insertInto('open_offers')
        .values({ lease_id: offer.leaseId, provider: offer.provider, agreement })
        .onConflict((conflict) => conflict.columns(['lease_id', 'provider']).doUpdateSet({ agreement }))
        .execute()
    },
    async load(endedLimit) {
      const [running, ended] = await Promise.all([
        db.selectFrom('deployments').selectAll().where('ended_at_ms', 'is', null).execute(),
        db
          .selectFrom('deployments')
          .selectAll()
          .where('ended_at_ms', 'is not', null)
          .orderBy('created_at_ms', 'desc')
          .limit(endedLimit)
          .execute(),
      ])
      const rows = [...running, ...ended]
      if (rows.length === 0) return []
      const groups = await db
        .selectFrom('groups')
        .selectAll()
        .where(
          'deployment_id',
          'in',
          rows.map(({ id }) => id),
        )
        .orderBy('position')
        .execute()
      return rows
        .map(
          (row): Recorded => ({
            state: {
              id: row.id,
              name: row.name,
              desired: row.desired,
              createdAtMs: row.created_at_ms,
              ...(row.ended_at_ms === null ? {} : { endedAtMs: row.ended_at_ms }),
              ...(row.problem === null ? {} : { problem: row.problem }),
              groups: groups
                .filter(({ deployment_id }) => deployment_id === row.id)
                .map(({ state }) => groupStateSchema.parse(state)),
            },
            content: contentSchema.parse(JSON.parse(box.open(row.content))),
          }),
        )
        .sort((a, b) => b.state.createdAtMs - a.state.createdAtMs)
    },
    async openOffers() {
      const rows = await db.selectFrom('open_offers').selectAll().execute()
      return rows.map(
        (row): OpenOffer => ({
          leaseId: row.lease_id as Hex,
          provider: row.provider as Address,
          agreement: agreementSchema.parse(row.agreement),
        }),
      )
    },
    async dropOffer({ leaseId, provider }) {
      await db
        .deleteFrom('open_offers')
        .where('lease_id', '=', leaseId)
        .where('provider', '=', provider)
        .execute()
    },
  }
}
