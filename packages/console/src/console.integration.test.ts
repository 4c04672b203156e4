import { chromiumFlags, chromiumPath, describeWith } from '@sublet/testing'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { ensureConsoleBuilt } from './build/ensure-console-built.ts'
import {
  closeAndSettle,
  deploy,
  openConsole,
  readEvents,
  rentAndClose,
  searchLog,
  typeIntoShell,
  waitForPhase,
  watchUsage,
  writeFile,
} from './testing/journey.ts'
import { faintTexts, namelessControls, stickingOut } from './testing/looks.ts'
import { type SampleController, startSampleController } from './testing/sample-controller.ts'

const hello = 'name: hello\nimage: sublet.local/hello:1\nport: 8080\nprice: { max: 0.40/h }\n'
const onGpu = `${hello}gpu: { model: rtx4090, count: 1 }\n`

describeWith('chromium')('console in Chromium', () => {
  let browser: Browser
  let consoleDir: string
  beforeAll(async () => {
    consoleDir = (await ensureConsoleBuilt()).dir
    browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumFlags })
  })
  afterAll(async () => await browser?.close())

  type ContextOptions = NonNullable<Parameters<Browser['newContext']>[0]>

  /** A network of its own and a fresh browser profile; what the page complains about fails the test. */
  async function setUp(
    options: ContextOptions = {},
  ): Promise<{ sample: SampleController; page: Page; context: BrowserContext }> {
    const sample = await startSampleController({ consoleDir })
    const context = await browser.newContext(options)
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('Failed to load resource'))
        complaints.push(message.text())
    })
    onTestFinished(async () => {
      await context.close()
      await sample.stop()
      expect(complaints).toEqual([])
    })
    return { sample, page, context }
  }

  test('takes a tenant from the market to a settled lease', async () => {
    const { sample, page } = await setUp()
    const { asks, addresses, paid } = await rentAndClose(page, {
      consoleUrl: sample.consoleUrl,
      source: hello,
      logWords: 'GET /hello/3',
      shell: { type: 'echo over the wire', expect: 'over the wire' },
    })
    expect(asks).toBe(6)
    expect(addresses).toEqual([expect.stringMatching(/^http:\/\/web-[0-9a-f]{10}\.localhost:/)])
    expect(paid).toBeGreaterThan(0n)
  })

  test('refuses to show anything without the token, and opens with a pasted address', async () => {
    const { sample, page } = await setUp()
    await page.goto(`${sample.url}/market`)
    await page.getByRole('heading', { name: 'This page needs its token' }).waitFor()
    expect(await page.locator('[data-provider]').count()).toBe(0)
    await page.getByLabel('Address or token').fill(sample.consoleUrl)
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByRole('heading', { name: 'Rent your first container' }).waitFor()
    expect(page.url()).toBe(`${sample.url}/`)
  })

  test('names line, column and cure of each error as one types, and leads there', async () => {
    const { sample, page } = await setUp()
    await openConsole(page, sample.consoleUrl)
    await writeFile(page, hello.replace('8080', '808000'))
    const finding = page.getByRole('status').getByRole('button', { name: /3:7/ })
    await finding.waitFor()
    expect(await finding.textContent()).toContain('Expected a port from 1 to 65535.')
    expect(await page.getByRole('button', { name: 'Deploy' }).isDisabled()).toBe(true)
    await finding.click()
    const caret = await page
      .getByLabel('Workload file')
      .evaluate((area: HTMLTextAreaElement) => area.selectionStart)
    expect(caret).toBe(hello.indexOf('8080'))
    await writeFile(page, hello)
    await page.getByRole('region', { name: 'What will run' }).getByText('sublet.local/hello:1').waitFor()
    await page.getByRole('region', { name: 'On the market now' }).getByText('6 of 6 asks fit now').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Deploy' }).isEnabled()).toBe(true)
  })

  test('checks a file in the browser, in a part that is loaded when it is needed', async () => {
    const { sample, page } = await setUp()
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await openConsole(page, sample.consoleUrl)
    await page.getByRole('heading', { name: 'Rent your first container' }).waitFor()
    expect(asked.filter((path) => path.includes('check-worker'))).toEqual([])
    await page.goto(`${sample.url}/new`)
    await writeFile(page, 'services:\n  web:\n    image: x\n    priviledged: true\n    ports: ["80:80"]\n')
    await page
      .getByRole('status')
      .getByRole('button', { name: /4:5.*priviledged/s })
      .waitFor()
    expect(asked.filter((path) => path.includes('check-worker')).length).toBe(1)
    expect(asked.filter((path) => path.includes('validate'))).toEqual([])
    const akash =
      'version: "2.0"\nservices: {web: {image: nginx, expose: [{port: 80, to: [{global: true}]}]}}\nprofiles:\n  compute: {web: {resources: {cpu: {units: 0.5}, memory: {size: 512Mi}, storage: {size: 1Gi}}}}\n  placement: {any: {pricing: {web: {denom: uact, amount: 1000}}}}\ndeployment: {web: {any: {profile: web, count: 1}}}\n'
    await writeFile(page, akash)
    await page.getByRole('region', { name: 'What will run' }).getByText('read as Akash SDL').waitFor()
    await writeFile(page, `[${'[],'.repeat(12_000)}]`)
    await page
      .getByRole('status')
      .getByText(/too many lines, entries and brackets/)
      .waitFor()
  })

  test('opens a dropped file', async () => {
    const { sample, page } = await setUp()
    await openConsole(page, sample.consoleUrl)
    await page.goto(`${sample.url}/new`)
    const transfer = await page.evaluateHandle((text) => {
      const data = new DataTransfer()
      data.items.add(new File([text], 'dropped.yaml', { type: 'text/yaml' }))
      return data
    }, hello)
    await page.getByLabel('Workload file').dispatchEvent('drop', { dataTransfer: transfer })
    await page.getByRole('region', { name: 'What will run' }).getByText('hello is 1 service').waitFor()
    expect(await page.getByLabel('Workload file').inputValue()).toBe(hello)
  })

  test('lets a person pick among the bids', async () => {
    const { sample, page } = await setUp()
    await openConsole(page, sample.consoleUrl)
    await writeFile(page, onGpu)
    const id = await deploy(page, { pick: true })
    await waitForPhase(page, 'picking')
    const bids = page.getByRole('list', { name: 'Bids' }).getByRole('listitem')
    expect(await bids.count()).toBe(3)
    expect(await bids.first().textContent()).toContain('the lowest bid')
    const second = bids.nth(1)
    const provider = await second.getAttribute('data-bid')
    await second.getByRole('button', { name: /^Pick/ }).click()
    await waitForPhase(page, 'running')
    expect(sample.network.find(id).groups[0]?.provider).toBe(provider)
  })

  test('says why nobody matched and what rate would have', async () => {
    const { sample, page } = await setUp()
    await openConsole(page, sample.consoleUrl)
    await writeFile(page, onGpu)
    await deploy(page, { maxRate: '0.10' })
    await waitForPhase(page, 'failed')
    const alert = page.getByRole('alert')
    expect(await alert.textContent()).toContain('None of the 4 providers can serve this order.')
    expect(await alert.textContent()).toContain('Raise the highest rate to $0.3524 an hour')
    expect(await page.getByRole('list', { name: 'Left out' }).getByRole('listitem').count()).toBe(4)
    expect(await page.getByRole('region', { name: 'Cost' }).textContent()).toContain('nothing was charged')
  })

  test('asks for secrets before it deploys and sends them', async () => {
    const { sample, page } = await setUp()
    await openConsole(page, sample.consoleUrl)
    await writeFile(page, `${hello}env: { KEY: { secret: api-key } }\n`)
    const button = page.getByRole('button', { name: 'Deploy' })
    await page.getByText('api-key has no value yet.').waitFor()
    expect(await button.isDisabled()).toBe(true)
    await page.getByLabel('api-key').fill('s3cret')
    const sent = page.waitForRequest(
      (request) => request.url().endsWith('/v1/deployments') && request.method() === 'POST',
    )
    await deploy(page)
    expect((await sent).postDataJSON().secrets).toEqual({ 'api-key': 's3cret' })
  })

  test('asks for what a Compose file takes from around it, and sends that', async () => {
    const { sample, page } = await setUp()
    await openConsole(page, sample.consoleUrl)
    const lines = [
      'services:',
      '  web:',
      '    image: $IMAGE',
      '    env_file: web.env',
      '    ports: ["80:80"]',
      '',
    ]
    await writeFile(page, lines.join('\n'))
    const buffer = Buffer.from('MODE=on\n')
    await page.getByLabel('web.env').setInputFiles({ name: 'any.env', mimeType: 'text/plain', buffer })
    await page.getByLabel('IMAGE').fill('nginx:1')
    const sent = page.waitForRequest(
      (request) => request.url().endsWith('/v1/deployments') && request.method() === 'POST',
    )
    await deploy(page)
    expect((await sent).postDataJSON()).toMatchObject({
      files: { 'web.env': 'MODE=on\n' },
      env: { IMAGE: 'nginx:1' },
    })
  })

  test('keeps a long log light, and stays where one reads while it is paused', async () => {
    const { sample, page } = await setUp()
    await openConsole(page, sample.consoleUrl)
    await writeFile(page, hello)
    const id = await deploy(page)
    await waitForPhase(page, 'running')
    const { leaseId } = sample.network.find(id).groups[0] ?? {}
    if (leaseId === undefined) throw new Error('the lease has no id')
    const line = (number: number) =>
      ({ service: 'web', replica: 0, stream: 'stdout', text: `burst ${number}` }) as const
    sample.network.write(
      leaseId,
      Array.from({ length: 12_000 }, (_, index) => line(index)),
    )
    const lines = page.getByRole('log', { name: 'Lines' })
    await lines.getByText('burst 11999').waitFor()
    await page.getByText(/older lines no longer kept here/).waitFor()
    expect(await lines.evaluate((element) => element.querySelectorAll('*').length)).toBeLessThan(600)
    await page.getByRole('button', { name: 'Pause' }).click()
    const before = await lines.evaluate((element) => element.scrollTop)
    const counted = await page.getByRole('region', { name: 'Log' }).getByRole('status').textContent()
    sample.network.write(leaseId, [line(12_000)])
    await expect
      .poll(async () => await page.getByRole('region', { name: 'Log' }).getByRole('status').textContent())
      .not.toBe(counted)
    expect(await lines.evaluate((element) => element.scrollTop)).toBe(before)
    await page.getByRole('button', { name: 'Follow' }).click()
    await lines.getByText('burst 12000').waitFor()
  })

  test('keeps the log in sight when the lease ends, each line once', async () => {
    const { sample, page } = await setUp()
    await openConsole(page, sample.consoleUrl)
    await writeFile(page, hello)
    const id = await deploy(page)
    await waitForPhase(page, 'running')
    await searchLog(page, 'GET /hello/2')
    await closeAndSettle(page)
    const status = page.getByRole('region', { name: 'Log' }).getByRole('status')
    await status.getByText('the log has ended').waitFor()
    const { leaseId } = sample.network.find(id).groups[0] ?? {}
    const lines = leaseId === undefined ? [] : sample.network.logOf(leaseId)
    expect(await status.textContent()).toContain(`${lines.length} lines`)
    await page.getByRole('log', { name: 'Lines' }).getByText('lease is closing').waitFor()
  })

  test('draws what a lease uses, its GPU too, and begins anew after a break', async () => {
    const { sample, page, context } = await setUp()
    await openConsole(page, sample.consoleUrl)
    await writeFile(page, onGpu)
    await deploy(page)
    await waitForPhase(page, 'running')
    await watchUsage(page)
    expect(await page.locator('[data-chart]').count()).toBe(6)
    const gpu = page.locator('[data-chart=GPU]').getByRole('img')
    expect(await gpu.getAttribute('aria-label')).toMatch(/^GPU: \d+ %$/)
    const inked = () =>
      page.locator('[data-chart=Processor] canvas').evaluate((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement
        const pixels = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data
        return pixels?.some((value) => value > 0) ?? false
      })
    await expect.poll(inked).toBe(true)
    await context.route('**/stats?**', (route) => route.abort('connectionrefused'))
    await page.reload()
    await page.getByText('The figures broke off and are asked for again.').waitFor()
    await context.unroute('**/stats?**')
    await watchUsage(page)
  })

  test('tells what happens to a lease as it happens, to its end', async () => {
    const { sample, page } = await setUp()
    await openConsole(page, sample.consoleUrl)
    await writeFile(page, hello)
    const id = await deploy(page)
    await waitForPhase(page, 'running')
    expect(await readEvents(page, 'opened')).toEqual(['matched', 'starting', 'healthy', 'opened'])
    const { leaseId } = sample.network.find(id).groups[0] ?? {}
    if (leaseId === undefined) throw new Error('the lease has no id')
    sample.network.note(leaseId, { reason: 'out-of-memory', message: 'web was killed: out of memory.' })
    const event = page.locator('[data-reason=out-of-memory]')
    await event.getByText('web was killed: out of memory.').waitFor()
    expect(await event.textContent()).toContain('error')
    await closeAndSettle(page)
    expect((await readEvents(page, 'closed')).slice(-3)).toEqual(['out-of-memory', 'closing', 'closed'])
  })

  test('tells the exit code of a shell, and resizes it with the page', async () => {
    const { sample, page } = await setUp()
    await openConsole(page, sample.consoleUrl)
    await writeFile(page, hello)
    await deploy(page)
    await waitForPhase(page, 'running')
    await typeIntoShell(page, { type: 'echo ready', expect: 'ready' })
    await page.setViewportSize({ width: 700, height: 800 })
    await page.keyboard.type('size')
    await page.keyboard.press('Enter')
    await page
      .locator('.xterm-rows')
      .getByText(/"columns":\d+/)
      .waitFor()
    await page.keyboard.type('exit 3')
    await page.keyboard.press('Enter')
    await page.getByText('The command ended with 3.').waitFor()
  })

  test('says that the network is gone, and goes on when it is back', async () => {
    const { sample, page, context } = await setUp()
    await openConsole(page, sample.consoleUrl)
    await page.getByRole('heading', { name: 'Rent your first container' }).waitFor()
    await context.route('**/v1/**', (route) => route.abort('connectionrefused'))
    const alert = page.getByRole('alert').filter({ hasText: 'does not answer' })
    await alert.waitFor()
    expect(await alert.textContent()).toContain('sublet up')
    await context.unroute('**/v1/**')
    await alert.waitFor({ state: 'detached' })
  })

  test('leads from a lease id to its deployment', async () => {
    const { sample, page } = await setUp()
    await openConsole(page, sample.consoleUrl)
    const { id } = sample.network.create({ source: hello, file: 'hello.yaml' })
    await expect.poll(() => sample.network.find(id).groups[0]?.leaseId).toBeDefined()
    await page.goto(`${sample.url}/leases/${sample.network.find(id).groups[0]?.leaseId}`)
    await page.waitForURL(`${sample.url}/deployments/${id}`)
  })

  test('can be used with the keyboard alone', async () => {
    const { sample, page } = await setUp()
    await openConsole(page, sample.consoleUrl)
    await page.goto(`${sample.url}/new?start=hello`)
    await page.getByRole('region', { name: 'What will run' }).waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    for (let presses = 0; presses < 20; presses += 1) {
      await page.keyboard.press('Tab')
      if ((await page.evaluate(() => document.activeElement?.textContent)) === 'Deploy') break
    }
    await page.keyboard.press('Enter')
    await waitForPhase(page, 'running')
    await page.getByRole('button', { name: 'Close', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await waitForPhase(page, 'running')
  })

  test('moves nothing for who wants no motion', async () => {
    const { sample, page } = await setUp({ reducedMotion: 'reduce' })
    await openConsole(page, sample.consoleUrl)
    await writeFile(page, onGpu)
    await deploy(page, { pick: true })
    await waitForPhase(page, 'picking')
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
  })

  test.each([
    { colorScheme: 'light', width: 360 },
    { colorScheme: 'dark', width: 360 },
    { colorScheme: 'light', width: 1440 },
    { colorScheme: 'dark', width: 1440 },
  ] as const)(
    'every page fits, can be read and is named, $colorScheme at $width',
    async ({ colorScheme, width }) => {
      const { sample, page } = await setUp({ colorScheme, viewport: { width, height: 800 } })
      await openConsole(page, sample.consoleUrl)
      const looksWell = async () => {
        expect(await stickingOut(page)).toEqual([])
        expect(await faintTexts(page)).toEqual([])
        expect(await namelessControls(page)).toEqual([])
      }
      await page.getByRole('heading', { name: 'Rent your first container' }).waitFor()
      await looksWell()
      const running = sample.network.create({ source: hello, file: 'hello.yaml' })
      const picking = sample.network.create({ source: onGpu, file: 'gpu.yaml', pick: true })
      const failed = sample.network.create({ source: hello, file: 'hello.yaml', maxRatePerHour: 1n })
      await expect.poll(() => sample.network.find(running.id).phase).toBe('running')
      await page.locator('[data-deployment] [data-phase=running]').waitFor()
      await looksWell()
      for (const path of [
        '/market',
        '/market?gpu=h100&region=eu-west',
        '/new?start=stack',
        '/no-such-page',
      ]) {
        await page.goto(sample.url + path)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.locator('[data-busy=false]').waitFor({ state: 'attached' })
        await looksWell()
      }
      for (const view of ['log', 'usage', 'events', 'shell', 'bids', 'details']) {
        await page.goto(`${sample.url}/deployments/${running.id}?view=${view}`)
        await waitForPhase(page, 'running')
        await looksWell()
      }
      for (const { id } of [picking, failed]) {
        await page.goto(`${sample.url}/deployments/${id}`)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await looksWell()
      }
      await sample.network.close(running.id)
      await page.goto(`${sample.url}/deployments/${running.id}`)
      await page.locator('[data-receipt]').waitFor()
      await looksWell()
    },
  )
})
