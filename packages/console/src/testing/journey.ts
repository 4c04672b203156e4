import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'

/** Steps of a tenant through the console, good against every controller: the sample's and the real one. */

const patienceMs = 20_000

/** Opens the console with the address that `sublet up` prints, and checks that the token does not stay in sight. */
export async function openConsole(page: Page, consoleUrl: string): Promise<void> {
  await page.goto(consoleUrl)
  await page.getByRole('navigation', { name: 'Pages' }).waitFor({ timeout: patienceMs })
  assert.equal(new URL(page.url()).searchParams.has('token'), false, 'the token stays in the address bar')
}

/** The market shows at least one ask and what a core costs. */
export async function lookAtMarket(page: Page): Promise<{ asks: number; corePrice: string }> {
  await page.getByRole('link', { name: 'Market' }).click()
  await page.locator('[data-provider]').first().waitFor({ timeout: patienceMs })
  const corePrice = await textOf(page.locator('[data-class=cpu] td').nth(2))
  assert.match(corePrice.trim(), /^\$\d+\.\d{2,}$/)
  return { asks: await page.locator('[data-provider]').count(), corePrice: corePrice.trim() }
}

/** Types a file into the editor and waits until exactly it was checked. */
export async function writeFile(page: Page, source: string): Promise<void> {
  if (!page.url().endsWith('/new')) {
    await page.getByRole('link', { name: 'Deployments' }).first().click()
    await page.getByRole('link', { name: /New deployment|paste a file/ }).click()
  }
  await page.getByLabel('Workload file').fill(source)
  await page.locator('#findings[aria-busy=false]').waitFor({ state: 'attached', timeout: patienceMs })
}

export interface DeployChoices {
  pick?: boolean
  maxRate?: string
}

/** Orders what stands in the editor and arrives at the deployment's page. */
export async function deploy(page: Page, choices: DeployChoices = {}): Promise<string> {
  if (choices.pick === true) await page.getByLabel(/Let me pick/).check()
  if (choices.maxRate !== undefined) await page.getByLabel(/Highest rate/).fill(choices.maxRate)
  await page.getByRole('button', { name: 'Deploy' }).click()
  await page.waitForURL(/\/deployments\//, { timeout: patienceMs })
  return new URL(page.url()).pathname.split('/')[2] ?? ''
}

/** Waits until the deployment is in a phase. */
export async function waitForPhase(page: Page, phase: string, timeoutMs = patienceMs): Promise<void> {
  await page.locator(`h1 ~ [data-phase=${phase}]`).waitFor({ timeout: timeoutMs })
}

/** The cost on the meter, in token base units, seen to grow at least twice. */
export async function watchCostTick(page: Page): Promise<[bigint, bigint, bigint]> {
  const cost = page.locator('[data-meter=running] [data-cost]')
  await cost.waitFor({ timeout: patienceMs })
  const first = await readCost(cost)
  const second = await nextCost(cost, first)
  const third = await nextCost(cost, second)
  assert.ok(first < second && second < third, `the cost went from ${first} to ${second} to ${third}`)
  return [first, second, third]
}

/** What an element says; the element must be there. */
async function textOf(element: Locator): Promise<string> {
  return (await element.textContent()) ?? ''
}

async function readCost(cost: Locator): Promise<bigint> {
  return BigInt(
    (await textOf(cost))
      .replace(/[$,]/g, '')
      .replace(/\.(\d*)$/, (_, digits: string) => digits.padEnd(6, '0')),
  )
}

async function nextCost(cost: Locator, than: bigint): Promise<bigint> {
  const deadlineMs = Date.now() + patienceMs
  for (;;) {
    const now = await readCost(cost)
    if (now !== than) return now
    assert.ok(Date.now() < deadlineMs, `the cost stood at ${than} for ${patienceMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** The lease's addresses, as the page shows them. */
export async function readAddresses(page: Page): Promise<string[]> {
  const addresses = page.getByRole('region', { name: 'Addresses' }).getByRole('link')
  await addresses.first().waitFor({ timeout: patienceMs })
  return await addresses.evaluateAll((links) =>
    links.map((link) => (link as unknown as { href: string }).href),
  )
}

/** Waits for a line in the log, then finds it again by searching. */
export async function searchLog(page: Page, words: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Log' }).click()
  const lines = page.getByRole('log', { name: 'Lines' })
  await lines.getByText(words).first().waitFor({ timeout: patienceMs })
  await page.getByRole('searchbox', { name: 'Search the log' }).fill(words)
  await lines.locator('mark', { hasText: words }).first().waitFor({ timeout: patienceMs })
  await page.getByRole('searchbox', { name: 'Search the log' }).fill('')
}

/** Runs a command in the lease, types into it and waits for what it says. */
export async function typeIntoShell(
  page: Page,
  shell: { command?: string; type: string; expect: string },
): Promise<void> {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Shell' }).click()
  if (shell.command !== undefined) await page.getByLabel('Command').fill(shell.command)
  await page.getByRole('button', { name: 'Open the shell' }).click()
  const terminal = page.locator('[data-terminal=open]')
  await terminal.locator('textarea').waitFor({ state: 'attached', timeout: patienceMs })
  await terminal.locator('.xterm-rows').getByText(/\S/).first().waitFor({ timeout: patienceMs })
  await page.keyboard.type(shell.type)
  await page.keyboard.press('Enter')
  await terminal.locator('.xterm-rows').getByText(shell.expect).first().waitFor({ timeout: patienceMs })
}

/** Watches the charts until they have figures of at least two moments; gives the newest of the memory. */
export async function watchUsage(page: Page): Promise<string> {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Usage' }).click()
  const memory = page.locator('[data-chart=Memory]')
  await memory.waitFor({ timeout: patienceMs })
  await memory
    .and(page.locator(':not([data-points="0"]):not([data-points="1"])'))
    .waitFor({ timeout: patienceMs })
  const label = (await memory.getByRole('img').getAttribute('aria-label')) ?? ''
  assert.match(label, /^Memory: \d[\d.]* [KMGT]iB$/)
  return label
}

/** The reason codes of what happened so far, once one of them is there. */
export async function readEvents(page: Page, until: string): Promise<string[]> {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Events' }).click()
  const events = page.getByRole('list', { name: 'What happened' })
  await events.locator(`[data-reason=${until}]`).waitFor({ timeout: patienceMs })
  return await events
    .locator('[data-reason]')
    .evaluateAll((items) =>
      items.map((item) => (item as unknown as { dataset: { reason: string } }).dataset.reason),
    )
}

/** Closes the deployment, after being asked, and reads the settlement. Amounts in token base units. */
export async function closeAndSettle(
  page: Page,
): Promise<{ deposit: bigint; paid: bigint; returned: bigint }> {
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Close and settle' }).click()
  await waitForPhase(page, 'closed', 30_000)
  const receipt = page.locator('[data-receipt]')
  const [deposit = 0n, paid = 0n, returned = 0n] = await Promise.all(
    (await receipt.locator('dd').all()).map((amount) => readCost(amount)),
  )
  assert.equal(paid + returned, deposit)
  return { deposit, paid, returned }
}

export interface WholeJourney {
  /** As `sublet up` prints it, token and all. */
  consoleUrl: string
  /** A workload with one public HTTP port. */
  source: string
  /** Something its log says. */
  logWords: string
  shell: { command?: string; type: string; expect: string }
}

/** From the market to a settled lease. Gives the addresses that it had and what it cost, in token base units. */
export async function rentAndClose(page: Page, journey: WholeJourney) {
  await openConsole(page, journey.consoleUrl)
  const { asks } = await lookAtMarket(page)
  await writeFile(page, journey.source)
  const id = await deploy(page)
  await waitForPhase(page, 'running', 60_000)
  const addresses = await readAddresses(page)
  await watchCostTick(page)
  await searchLog(page, journey.logWords)
  await typeIntoShell(page, journey.shell)
  await watchUsage(page)
  const reasons = await readEvents(page, 'opened')
  return { id, asks, addresses, reasons, ...(await closeAndSettle(page)) }
}
