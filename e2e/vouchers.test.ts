import { describeWith } from '@sublet/testing'
import { freeBasePort, startUp, temporaryDir } from '@sublet/testing/sublet-process'
import { expect, test } from 'vitest'
import { standInImage } from './src/stand-in-image.ts'

interface Wallet {
  channels: { provider: string; collateral: string; redeemed: string; unlockAt: number }[]
}
interface Ended {
  phase: string
  groups: {
    lease: { leaseId: string; paid: string; endReason: string; openTransaction?: string; exitCode: number }
  }[]
}

describeWith(['docker', 'busybox'])('jobs paid by vouchers', () => {
  test('run without a lease on chain, out of one channel that the wallet shows and unlocks', async () => {
    await using data = await temporaryDir()
    const image = `example/paid-by-voucher:${Date.now()}`
    await using _image = await standInImage(image, [], { entrypoint: [] })
    await using up = await startUp({ dataDir: data.path, port: await freeBasePort() })
    const job = ['run', '--pay', 'voucher', '--cpu', '0.5', '--memory', '512Mi', image, '--']
    const said = await up.run([...job, '/bin/echo', 'worked'])
    expect([said.stdout, said.exitCode]).toEqual(['worked\n', 0])

    const ended = (await up.run(['run', '--json', ...job.slice(1), '/bin/sleep', '2'])).json<Ended>()
    const lease = ended.groups[0]?.lease
    expect(lease).toMatchObject({ endReason: 'job-ended', exitCode: 0 })
    expect(lease?.openTransaction).toBeUndefined()
    expect(BigInt(lease?.paid ?? 0)).toBeGreaterThan(0n)
    // It has cost something, but the chain cannot tell how much of the channel it was.
    const invoice = await up.run(['invoice', lease?.leaseId ?? '', '--json'])
    expect(invoice.json<{ detail: string }>().detail).toContain('is paid by vouchers')

    const { channels } = (await up.run(['wallet', 'show', '--json'])).json<Wallet>()
    expect(channels).toMatchObject([{ redeemed: '0', unlockAt: 0 }])
    const [channel] = channels
    expect(BigInt(channel?.collateral ?? 0)).toBeGreaterThan(0n)
    const unlocking = await up.run(['wallet', 'unlock', channel?.provider ?? '', '--json'])
    expect(unlocking.json<Wallet['channels'][number]>().unlockAt).toBeGreaterThan(0)
    const tooEarly = await up.run(['wallet', 'unlock', channel?.provider ?? '', '--json'])
    expect([tooEarly.exitCode, tooEarly.json<{ code: string }>().code]).toEqual([5, 'chain.reverted'])
  })
})
