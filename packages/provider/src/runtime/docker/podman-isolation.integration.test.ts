import { describeWith } from '@sublet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DockerUnderTest, openDockerUnderTest } from '../../testing/docker-under-test.ts'
import { type OwnPodman, startOwnPodman } from '../../testing/own-podman.ts'
import { importProber, proberScript } from '../../testing/prober-image.ts'
import type { InstanceSpec } from '../runtime.ts'
import { connectDocker } from './connect-docker.ts'
import type { keptCapabilities } from './container-spec.ts'

const image = 'localhost/sublet-test/prober:1'
/** Numbers of include/uapi/linux/capability.h. */
const kept: Record<(typeof keptCapabilities)[number], number> = {
  CHOWN: 0,
  DAC_OVERRIDE: 1,
  FOWNER: 3,
  FSETID: 4,
  KILL: 5,
  SETGID: 6,
  SETUID: 7,
  NET_BIND_SERVICE: 10,
  SYS_CHROOT: 18,
}

describeWith('podman')('what a lease in Podman cannot do, tried from inside as root', () => {
  let podman: OwnPodman
  let engine: DockerUnderTest
  beforeAll(async () => {
    podman = await startOwnPodman()
    const connection = await connectDocker({
      host: podman.host,
      env: process.env,
      platform: process.platform,
    })
    engine = await openDockerUnderTest('10.235.0.0/16', { connection })
    await importProber(engine.docker, image)
  })
  afterAll(async () => {
    await engine?.close()
    await podman?.[Symbol.asyncDispose]()
  })

  async function probe(body: string, more: Partial<InstanceSpec> = {}): Promise<Record<string, string>> {
    const program = { image, command: ['/usr/bin/perl'], args: ['-e', proberScript(body)], user: '0' }
    const said = await engine.output(await engine.run({ ...program, ...more }))
    return Object.fromEntries(said.split('\n').map((line) => line.split(/ (.*)/s).slice(0, 2)))
  }

  test('holds few capabilities, gains none, is filtered, and makes no kernel call that reaches the machine', async () => {
    const { tried, ...status } = await probe(`
      open(my $f, "<", "/proc/self/status"); while (<$f>) { print "$1 $2\\n" if /^(\\w+):\\s+(\\S+)/ }
      my $empty = "\\0";
      my %tried = (
        mount => sub { syscall(SYS_mount, my $a = "none", my $b = "/tmp", my $c = "tmpfs", 0, 0) },
        unshare => sub { syscall(SYS_unshare, 0x10000000) },
        keyctl => sub { syscall(SYS_keyctl, 0, -3, 0) },
        mknod => sub { syscall(SYS_mknodat, -100, my $p = "/tmp/disk", 060660, 0x0800) },
        bpf => sub { syscall(SYS_bpf, 0, my $z = "\\0" x 128, 128) },
        swapon => sub { syscall(SYS_swapon, my $s = "/tmp/swap", 0) },
        raw => sub { socket(my $s, 2, 3, 1) ? 0 : -1 },
      );
      say("tried", join(",", map { $! = 0; $tried{$_}->() < 0 ? $! + 0 : "DONE" } sort keys %tried));
    `)
    const expected = Object.values(kept).reduce((mask, bit) => mask + 2 ** bit, 0)
    for (const set of ['CapEff', 'CapPrm', 'CapBnd'])
      expect(Number.parseInt(status[set] ?? '', 16), set).toBe(expected)
    expect(status).toMatchObject({ NoNewPrivs: '1', Seccomp: '2' })
    expect(tried).toBe('1,1,1,1,1,1,1')
  })

  test('forks no further than its limit, and is ended when it takes more memory than it has', async () => {
    const { forked } = await probe(
      'my $n = 0; while ($n < 2000) { my $p = fork; last unless defined $p; if (!$p) { sleep 60; exit } $n++ } say("forked", $n); kill 9, -1',
      { pidsLimit: 64 },
    )
    expect(Number(forked)).toBeLessThan(64)
    const id = await engine.run({
      image,
      command: ['/usr/bin/perl'],
      args: ['-e', 'my @a; push @a, "x" x 1e7 while 1'],
      memoryBytes: 64 * 1024 * 1024,
    })
    expect(await engine.runtime.wait(id)).toEqual({ exitCode: 137, outOfMemory: true })
  })

  test('writes nothing on a root that it chose to be read-only, and sees nothing of the machine', async () => {
    const seen = await probe(
      `say("write", open(my $f, ">", "/etc/x") ? "WRITTEN" : "$!");
       say("sysrq", open(my $s, ">", "/proc/sysrq-trigger") ? "OPENED" : "closed");
       opendir(my $p, "/proc"); say("processes", scalar grep { /^\\d+$/ } readdir $p);
       opendir(my $d, "/dev"); say("disks", scalar grep { /^(sd|vd|nvme|mem$|kmem$|kmsg$)/ } readdir $d);`,
      { readOnlyRoot: true },
    )
    expect(seen).toEqual({ write: 'Read-only file system', sysrq: 'closed', processes: '1', disks: '0' })
  })
})
