import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rentAndClose } from '@sublet/console/testing'
import { chromiumFlags, chromiumPath, describeWith } from '@sublet/testing'
import { freeBasePort, repository, startUp, temporaryDir } from '@sublet/testing/sublet-process'
import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'

describeWith(['docker', 'chromium'])('the console in Chromium, on the whole network', () => {
  test('a person rents, watches, enters and closes, and another site gets nothing', async () => {
    await using data = await temporaryDir()
    await using up = await startUp({ dataDir: data.path, port: await freeBasePort() })
    const browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumFlags })
    try {
      const context = await browser.newContext()
      const page = await context.newPage()
      const journey = await rentAndClose(page, {
        consoleUrl: up.report.console,
        source: await readFile(join(repository, 'examples/hello.yaml'), 'utf8'),
        logWords: 'listening on port',
        shell: { command: 'node', type: 'console.log(6*7+"!")', expect: '42!' },
      })
      expect(journey.paid + journey.returned).toBe(journey.deposit)
      expect(journey.reasons).toEqual(
        expect.arrayContaining(['matched', 'pulled', 'starting', 'started', 'healthy', 'opened']),
      )

      // The same browser, with the console's cookie in it, on another site's page.
      const stranger = await context.newPage()
      await stranger.goto('data:text/html,<p>another site</p>')
      const stolen = await stranger.evaluate(async (url) => {
        try {
          return await (await fetch(`${url}/v1/wallet`, { credentials: 'include' })).text()
        } catch {
          return 'refused'
        }
      }, up.report.controllerUrl)
      expect(stolen).toBe('refused')
    } finally {
      await browser.close()
    }
    const bare = await fetch(`${up.report.controllerUrl}/v1/wallet`)
    expect(bare.status).toBe(401)
  }, 240_000)
})
