import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { describeWith } from '@sublet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DockerUnderTest, openDockerUnderTest } from '../../testing/docker-under-test.ts'
import { importProber, proberScript } from '../../testing/prober-image.ts'
import type { InstanceSpec } from '../runtime.ts'
import { keptCapabilities } from './container-spec.ts'

const image = `sublet-test/prober-${randomBytes(4).toString('hex')}:1`
const run = promisify(execFile)

describeWith('docker')('what a lease cannot do, tried from inside as root', () => {
  let engine: DockerUnderTest

  beforeAll(async () => {
    engine = await openDockerUnderTest('10.218.0.0/16')
    await importProber(engine.docker, image)
  })
  afterAll(async () => {
    await engine?.close()
    await engine?.docker.getImage(image).remove({ force: true })
  })

  /** What a script says, by the name that it says first. */
  async function probe(body: string, more: Partial<InstanceSpec> = {}): Promise<Record<string, string>> {
    const id = await engine.run({
      image,
      command: ['/usr/bin/perl'],
      args: ['-e', proberScript(body)],
      user: '0',
      ...more,
    })
    const said = await engine.output(id)
    return Object.fromEntries(
      said.split('\n').map((line) => [line.split(' ')[0], line.split(' ').slice(1).join(' ')]),
    )
  }

  test('holds few capabilities, gains none, and is filtered', async () => {
    const status = await probe(
      'open(my $f, "<", "/proc/self/status"); while (<$f>) { print "$1 $2\\n" if /^(\\w+):\\s+(\\S+)/ }',
    )
    // Numbers of include/uapi/linux/capability.h.
    const numbers: Record<string, number> = {
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
    const expected = keptCapabilities.reduce((mask, name) => mask + 2 ** (numbers[name] ?? 63), 0)
    for (const set of ['CapEff', 'CapPrm', 'CapBnd'])
      expect(Number.parseInt(status[set] ?? '', 16), set).toBe(expected)
    expect(Number.parseInt(status.CapAmb ?? '', 16)).toBe(0)
    expect(status).toMatchObject({ NoNewPrivs: '1', Seccomp: '2' })
  })

  test('makes no kernel call that reaches the machine', async () => {
    const answers = await probe(`
      my $empty = "\\0";
      my %tried = (
        mount => sub { syscall(SYS_mount, my $a = "none", my $b = "/tmp", my $c = "tmpfs", 0, 0) },
        unshare => sub { syscall(SYS_unshare, 0x10000000) },
        mknod => sub { syscall(SYS_mknodat, -100, my $p = "/tmp/disk", 060660, 0x0800) },
        reboot => sub { syscall(SYS_reboot, 0xfee1dead, 672274793, 0x89abcdef, 0) },
        bpf => sub { syscall(SYS_bpf, 0, my $z = "\\0" x 128, 128) },
        keyctl => sub { syscall(SYS_keyctl, 0, -3, 0) },
        swapon => sub { syscall(SYS_swapon, my $s = "/tmp/swap", 0) },
        raw => sub { socket(my $s, 2, 3, 1) ? 0 : -1 },
        packet => sub { socket(my $s, 17, 3, 0x0300) ? 0 : -1 },
        ptrace => sub { syscall(SYS_ptrace, 16, ${process.pid}, 0, 0) },
      );
      for my $name (sort keys %tried) { $! = 0; my $r = $tried{$name}->(); say($name, $r < 0 ? $! + 0 : "DONE") }
    `)
    const notPermitted = '1'
    const noSuchProcess = '3'
    const { ptrace, ...others } = answers
    expect([notPermitted, noSuchProcess]).toContain(ptrace)
    expect(Object.keys(others)).toHaveLength(9)
    for (const [call, answer] of Object.entries(others)) expect(answer, call).toBe(notPermitted)
  })

  test('sees nothing of the machine’s files and processes', async () => {
    const seen = await probe(`
      for my $path ("/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/vm/overcommit_memory") {
        say($path, open(my $f, ">", $path) ? "OPENED" : "closed");
      }
      for my $path ("/proc/kcore", "/proc/timer_list", "/sys/firmware") {
        my $bytes = 0;
        if (-d $path) { opendir(my $d, $path); $bytes = grep { !/^\\./ } readdir $d }
        elsif (open(my $f, "<", $path)) { $bytes = read($f, my $b, 10) || 0 }
        say($path, $bytes);
      }
      for my $path ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock") { say($path, -e $path ? "THERE" : "absent") }
      opendir(my $p, "/proc"); say("processes", scalar grep { /^\\d+$/ } readdir $p);
      opendir(my $d, "/dev"); say("disks", scalar grep { /^(sd|vd|nvme|mem$|kmem$|kmsg$)/ } readdir $d);
      say("writable-cgroups", open(my $c, ">", "/sys/fs/cgroup/memory/release_agent") ? "OPENED" : "closed");
    `)
    expect(seen).toMatchObject({
      '/proc/sysrq-trigger': 'closed',
      '/proc/sys/kernel/core_pattern': 'closed',
      '/proc/sys/vm/overcommit_memory': 'closed',
      '/proc/kcore': '0',
      '/proc/timer_list': '0',
      '/sys/firmware': '0',
      '/var/run/docker.sock': 'absent',
      '/run/docker.sock': 'absent',
      '/run/containerd/containerd.sock': 'absent',
      processes: '1',
      disks: '0',
      'writable-cgroups': 'closed',
    })
  })

  test('gains no user by a set-user-id program', async () => {
    const { euid } = await probe(`
      open(my $from, "<", "/usr/bin/perl"); open(my $to, ">", "/tmp/su"); binmode $from; binmode $to;
      while (read($from, my $b, 65536)) { print $to $b } close $to;
      chmod 04755, "/tmp/su";
      $) = "65534 65534"; $( = 65534; $< = 65534; $> = 65534;
      exec "/tmp/su", "-e", 'print "euid $>\\n"';
    `)
    expect(euid).toBe('65534')
  })

  test('forks no further than its limit, and the machine forks on', async () => {
    const { forked } = await probe(
      'my $n = 0; while ($n < 2000) { my $p = fork; last unless defined $p; if (!$p) { sleep 60; exit } $n++ } say("forked", $n); kill 9, -1',
      { pidsLimit: 64 },
    )
    expect(Number(forked)).toBeLessThan(64)
    await run('true')
  })

  test('is ended when it takes more memory than it has, and only it', async () => {
    const neighbour = await engine.run()
    const id = await engine.run({
      image,
      command: ['/usr/bin/perl'],
      args: ['-e', 'my @a; push @a, "x" x 1e7 while 1'],
      memoryBytes: 64 * 1024 * 1024,
    })
    expect(await engine.runtime.wait(id)).toEqual({ exitCode: 137, outOfMemory: true })
    expect((await engine.runtime.inspect(neighbour))?.state).toBe('running')
  })

  test('writes nothing on a root that it chose to be read-only', async () => {
    const { write } = await probe('say("write", open(my $f, ">", "/tmp/x") ? "WRITTEN" : "$!")', {
      readOnlyRoot: true,
    })
    expect(write).toBe('Read-only file system')
  })
})
