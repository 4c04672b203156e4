import { execFile } from 'node:child_process'
import { readFile, realpath } from 'node:fs/promises'
import { promisify } from 'node:util'
import type Docker from 'dockerode'
import tar from 'tar-stream'
import { librariesIn } from '../image/shared-libraries.ts'

/** Kernel calls by number, for the two processors that tests run on. */
const calls = {
  x64: {
    mount: 165,
    ptrace: 101,
    unshare: 272,
    mknodat: 259,
    reboot: 169,
    bpf: 321,
    keyctl: 250,
    swapon: 167,
  },
  arm64: {
    mount: 40,
    ptrace: 117,
    unshare: 97,
    mknodat: 33,
    reboot: 142,
    bpf: 280,
    keyctl: 219,
    swapon: 224,
  },
} as const

/** What the prober's scripts begin with: `say(name, value)`, `reach(address, port)`, `ask(address, port,
 * bytes)` by UDP, `resolve(name)` and the kernel calls by name. */
export function proberScript(body: string): string {
  const numbers = calls[process.arch === 'arm64' ? 'arm64' : 'x64']
  const constants = Object.entries(numbers)
    .map(([name, number]) => `sub SYS_${name}() { ${number} }`)
    .join('\n')
  return `$| = 1;
${constants}
sub say { print join(' ', @_), "\\n" }
sub reach {
  my ($address, $port) = @_;
  socket(my $s, 2, 1, 0) or return "no socket: $!";
  my $ok = eval {
    local $SIG{ALRM} = sub { die "silence\\n" };
    alarm 3;
    my $done = connect($s, pack('S n a4 x8', 2, $port, pack('C4', split /\\./, $address)));
    my $why = "$!";
    alarm 0;
    $done ? 'REACHED' : $why;
  };
  alarm 0;
  return defined $ok ? $ok : 'silence';
}
sub ask {
  my ($address, $port, $bytes) = @_;
  socket(my $s, 2, 2, 0) or return "no socket: $!";
  my $heard = eval {
    local $SIG{ALRM} = sub { die "silence\\n" };
    alarm 3;
    connect($s, pack('S n a4 x8', 2, $port, pack('C4', split /\\./, $address))) or die "$!\\n";
    send($s, $bytes, 0) or die "$!\\n";
    defined recv($s, my $answer, 512, 0) or die "$!\\n";
    alarm 0;
    $answer;
  };
  my $why = $@;
  alarm 0;
  return $heard if defined $heard;
  chomp $why;
  return $why;
}
sub asked { my $heard = ask(@_); return $heard eq 'second machine' ? 'ANSWERED' : $heard }
sub resolve {
  my ($name) = @_;
  my $question = join('', map { pack('C/a*', $_) } split(/\\./, $name)) . pack('C n n', 0, 1, 1);
  my $answer = ask('127.0.0.11', 53, pack('n6', 7, 0x0100, 1, 0, 0, 0) . $question);
  return "no answer: $answer" if length $answer < 12;
  my (undef, undef, undef, $answers) = unpack('n4', $answer);
  return 'unknown' if $answers == 0;
  return join('.', unpack('C4', substr($answer, -4)));
}
${body}
`
}

/** Makes an image with Perl, which can make any kernel call, from this machine's own. */
export async function importProber(docker: Docker, reference: string): Promise<void> {
  const perl = await realpath('/usr/bin/perl')
  const { stdout } = await promisify(execFile)('ldd', [perl])
  const pack = tar.pack()
  const imported = docker.importImage(pack as unknown as NodeJS.ReadableStream, {
    // With its tag: Podman passes over one that is given apart.
    repo: reference,
  })
  pack.entry({ name: 'tmp/', type: 'directory', mode: 0o1777 })
  for (const [name, source] of [
    ['usr/bin/perl', perl],
    ...librariesIn(stdout).map((path) => [path.slice(1), path]),
  ] as [string, string][]) {
    const bytes = await readFile(source)
    await new Promise<void>((resolve, reject) => {
      pack.entry({ name, mode: 0o755 }, bytes, (error) => (error ? reject(error) : resolve()))
    })
  }
  pack.finalize()
  const stream = (await imported) as unknown as NodeJS.ReadableStream
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error: Error | null) => (error ? reject(error) : resolve()))
  })
}
