import { type Kysely, sql, type Transaction } from 'kysely'
import type { KnownBlock } from './common-ancestor.ts'

/** Where a follower stands, kept in the daemon's own schema in a table `chain_blocks`. */
export interface Checkpoints {
  /** From old to new; the last one is the checkpoint. */
  known(): Promise<KnownBlock[]>
  /** Moves the checkpoint forward, within the transaction that applies the events. */
  advance(transaction: Transaction<unknown>, blocks: readonly KnownBlock[]): Promise<void>
  /** Forgets everything after a block. */
  rollBack(transaction: Transaction<unknown>, toBlock: bigint): Promise<void>
}

export async function openCheckpoints(
  db: Kysely<unknown>,
  { follower, keepBlocks }: { follower: string; keepBlocks: number },
): Promise<Checkpoints> {
  await sql`
    create table if not exists chain_blocks (
      follower text not null,
      number numeric(78, 0) not null,
      hash text not null,
      primary key (follower, number)
    )
  `.execute(db)
  return {
    async known() {
      const { rows } = await sql<KnownBlock>`
        select number, hash from chain_blocks where follower = ${follower} order by number
      `.execute(db)
      return rows
    },
    async advance(transaction, blocks) {
      for (const { number, hash } of blocks) {
        await sql`
          insert into chain_blocks (follower, number, hash) values (${follower}, ${number}, ${hash})
        `.execute(transaction)
      }
      await sql`
        delete from chain_blocks where follower = ${follower} and number < (
          select min(number) from (
            select number from chain_blocks where follower = ${follower} order by number desc limit ${keepBlocks}
          ) as newest
        )
      `.execute(transaction)
    },
    async rollBack(transaction, toBlock) {
      await sql`
        delete from chain_blocks where follower = ${follower} and number > ${toBlock}
      `.execute(transaction)
    },
  }
}
