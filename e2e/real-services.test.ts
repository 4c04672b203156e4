import { anvilBinary, startAnvil } from '@sublet/contracts/node'
import { describeWith } from '@sublet/testing'
import { freeBasePort, startUp, temporaryDir } from '@sublet/testing/sublet-process'
import pg from 'pg'
import { expect, test } from 'vitest'
import { askEndpoint } from './src/ask-endpoint.ts'
import { freshDatabase } from './src/fresh-database.ts'

/** The first account of the mnemonic that every anvil knows. */
const deployerKey = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

describeWith(['postgres', 'docker'])('on real services', () => {
  test('the same network lives on a PostgreSQL and a chain of its owner’s', async () => {
    expect(anvilBinary()).toContain('anvil')
    await using data = await temporaryDir()
    await using database = await freshDatabase()
    const chain = await startAnvil({})
    try {
      await using up = await startUp({
        dataDir: data.path,
        port: await freeBasePort(),
        args: ['--deploy', 'examples/hello.yaml'],
        env: {
          SUBLET_DATABASE_URL: database.url,
          SUBLET_RPC_URL: chain.rpcUrl,
          SUBLET_DEPLOYER_KEY: deployerKey,
        },
      })
      expect(up.report.rpcUrl).toBe(chain.rpcUrl)
      const url = up.report.deployment?.groups[0]?.lease.endpoints[0]?.url ?? ''
      expect((await askEndpoint(url)).status).toBe(200)
      const client = new pg.Client({ connectionString: database.url })
      await client.connect()
      const { rows } = await client.query(
        "select schema_name from information_schema.schemata where schema_name in ('indexer', 'provider', 'controller')",
      )
      await client.end()
      expect(rows).toHaveLength(3)
    } finally {
      await chain.stop()
    }
  })
})
