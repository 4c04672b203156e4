/** A hostile file of any length: a beginning, something without end, an end. */
export interface LargeFile {
  name: string
  head?: string
  /** One more of what the file is full of, by its number. */
  body: (index: number) => string
  tail?: string
}

const akashEnd = (storage = '{size: 1Gi}') => `
profiles:
  compute: {web: {resources: {cpu: {units: 0.5}, memory: {size: 512Mi}, storage: ${storage}}}}
  placement: {any: {pricing: {web: {denom: uact, amount: 1000}}}}
deployment: {a: {any: {profile: web, count: 1}}}
`
const reachable = 'expose: [{port: 80, to: [{global: true}]}]'
const nosanaStart = '{version: "0.1", type: container, ops: [{type: container/run, id: a, args: {image: x, '

const sixteen = (index: number) =>
  Array.from({ length: 16 }, (_, port) => `"${index * 16 + port + 1}:1"`).join()

/** What tires parsers and readers: each is repeated until a file is as long as wanted. */
export const largeFiles: readonly LargeFile[] = [
  { name: 'flow lists', head: '[', body: () => '[],' },
  { name: 'flow entries', head: 'a: [', body: () => 'a,', tail: ']' },
  { name: 'flow mappings', head: 'a: [', body: () => '{a: b},', tail: ']' },
  { name: 'flow keys', head: 'a: {', body: (index) => `k${index}: ${index},`, tail: '}' },
  { name: 'block entries', body: (index) => `- a${index}\n` },
  { name: 'empty block entries', body: () => '-\n' },
  { name: 'block keys', body: (index) => `k${index}: v\n` },
  { name: 'staircase', body: (index) => `${' '.repeat(index % 60)}k${index}:\n` },
  { name: 'nested lists', body: () => `${'- '.repeat(60)}a\n` },
  { name: 'open lists', body: () => '[' },
  { name: 'open mappings', body: () => '{a: ' },
  { name: 'open dashes', body: () => '- ' },
  { name: 'open steps', body: (index) => `${' '.repeat(index)}a:\n` },
  { name: 'open questions', body: () => '? ' },
  { name: 'plain text over lines', head: 'a: ', body: () => 'x\n  ' },
  { name: 'escapes', head: 'a: "', body: () => '\\n', tail: '"' },
  { name: 'doubled quotes', head: "a: '", body: () => "''", tail: "'" },
  { name: 'quoted lines', head: "a: '", body: () => '\n ', tail: "'" },
  { name: 'literal lines', head: 'a: |\n', body: () => ' x\n' },
  { name: 'folded lines', head: 'a: >\n', body: () => ' x\n' },
  { name: 'blank folded lines', head: 'a: >\n', body: () => '\n' },
  { name: 'one long text', head: 'a: ', body: () => 'x ' },
  { name: 'one long key', body: () => 'x', tail: ': a' },
  { name: 'blanks', head: 'a:', body: () => ' ', tail: 'b' },
  { name: 'blank lines', body: () => '\n', tail: 'image: x' },
  { name: 'comments', body: () => '#\n', tail: 'image: x' },
  { name: 'hashes in text', head: 'a: ', body: () => 'a#' },
  { name: 'colons in text', head: 'a: ', body: () => 'a:a' },
  { name: 'anchors', body: (index) => `- &a${index} x\n` },
  { name: 'anchored keys', body: (index) => `&a${index} k${index}: &b${index} x\n` },
  { name: 'aliases', head: '- &a x\n', body: () => '- *a\n' },
  { name: 'aliases of a list', head: 'x: &a [b, c, d]\ny:\n', body: () => '- [*a, *a, *a]\n' },
  { name: 'merges', head: 'b: &b {k: 1, l: 2}\nl:\n', body: () => '- <<: *b\n' },
  { name: 'documents', body: () => '---\n' },
  { name: 'directives', body: () => '%A b\n' },
  { name: 'tags', body: () => '- !!str x\n' },
  { name: 'tag handles', body: (index) => `%TAG !a${index}! x\n`, tail: '---\na' },
  { name: 'an error at the end', body: (index) => `k${index}: v\n`, tail: '\t@' },
  { name: 'a key twice', body: (index) => `k${index}: v\n`, tail: 'k0: v\n' },
  { name: 'an unclosed quote', head: 'a: "', body: () => 'x\n' },
  { name: 'numbers', head: 'a: [', body: (index) => `${index}.10,`, tail: ']' },
  { name: 'one long number', head: 'a: ', body: () => '1' },
  { name: 'one long broken number', head: 'a: 1.', body: () => '1_', tail: 'x' },
  { name: 'variables', head: 'image: x\nport: 80\nenv:\n', body: (index) => `  K${index}: v\n` },
  { name: 'services', head: 'services:\n', body: (index) => `  s${index}: {image: x, port: 80}\n` },
  { name: 'wrong services', head: 'services:\n', body: (index) => `  s${index}: {imag: x}\n` },
  {
    name: 'services that swell',
    head: 'services:\n',
    body: (index) =>
      `  s${index}: {image: x${index === 0 ? '' : `, extends: s${index - 1}`}, ports: [${sixteen(index)}]}\n`,
  },
  {
    name: 'services that wait',
    head: 'services:\n  s: {image: x, port: 80}\n',
    body: (index) => `  s${index}: {image: x, depends-on: [t${index}]}\n`,
  },
  {
    name: 'secrets in clear',
    head: 'image: x\nport: 80\nenv:\n',
    body: (index) => `  PASSWORD_${index}: v\n`,
  },
  { name: 'ports', head: 'image: x\nports: [', body: (index) => `${(index % 65535) + 1},`, tail: ']' },
  { name: 'volumes', head: 'image: x\nport: 80\nvolumes:\n', body: (index) => `  v${index}: /m${index}\n` },
  {
    name: 'Akash services',
    head: 'version: "2.0"\nservices:\n',
    body: (index) => `  s${index}: {image: x, ${reachable}}\n`,
    tail: akashEnd().replace('{a:', '{s1:'),
  },
  {
    name: 'Akash deployments of nothing',
    head: `version: "2.0"\nservices: {a: {image: x, ${reachable}}}${akashEnd().replace(/\{a: \{any.*/, '')}`,
    body: (index) => ` b${index}: {any: {profile: web, count: 1}}\n`,
  },
  {
    name: 'Akash profiles of nothing',
    head: `version: "2.0"\nservices: {a: {image: x, ${reachable}}}\ndeployment: {a: {any: {profile: web, count: 1}}}\nprofiles:\n placement: {any: {pricing: {web: {denom: uact, amount: 1}}}}\n compute:\n`,
    body: (index) => `  p${index}: {}\n`,
  },
  {
    name: 'Akash placements',
    head: `version: "2.0"\nservices: {a: {image: x, ${reachable}}}${akashEnd().replace(/deployment:.*/s, '')}deployment:\n a:\n`,
    body: (index) => `  p${index}: {profile: web${index}, count: 1}\n`,
  },
  {
    name: 'Akash volumes',
    head: `version: "2.0"\nservices: {a: {image: x, ${reachable}}}${akashEnd('[').replace(/\}\}\}\n.*/s, '')}`,
    body: (index) => `{size: 1Gi, name: v${index}},`,
    tail: `]}}}\n${akashEnd().split('\n').slice(3).join('\n')}`,
  },
  {
    name: 'Akash hosts',
    head: 'version: "2.0"\nservices: {a: {image: x, expose: [{port: 80, to: [{global: true}], accept: [',
    body: (index) => `h${index}.com,`,
    tail: `]}]}}${akashEnd()}`,
  },
  {
    name: 'Akash variables',
    head: `version: "2.0"\nservices: {a: {image: x, ${reachable}, env: [`,
    body: (index) => `"A${index}=b",`,
    tail: `]}}${akashEnd()}`,
  },
  {
    name: 'Akash ports',
    head: 'version: "2.0"\nservices: {a: {image: x, expose: [',
    body: (index) => `{port: ${(index % 65535) + 1}, to: [{global: true}]},`,
    tail: `]}}${akashEnd()}`,
  },
  {
    name: 'Akash GPUs',
    head: `version: "2.0"\nservices: {a: {image: x, ${reachable}}}${akashEnd('{size: 1Gi}, gpu: {units: 1, attributes: {vendor: {nvidia: [').replace(/\}\}\}\n.*/s, '')}`,
    body: (index) => `{model: m${index}},`,
    tail: `]}}}}}}\n${akashEnd().split('\n').slice(3).join('\n')}`,
  },
  {
    name: 'Compose variables',
    head: 'services:\n  a:\n    image: x\n    environment:\n',
    body: (index) => `      K${index}: \${A:-x}\n`,
  },
  {
    name: 'Compose filling in',
    head: 'services: {a: {image: x, command: "',
    body: () => `${'$'}{A:-x}`,
    tail: '"}}',
  },
  {
    name: 'Compose filling in, nested',
    head: 'services: {a: {image: x, command: "',
    body: () => `${'$'}{A:-`,
    tail: '"}}',
  },
  {
    name: 'Compose mounts',
    head: 'services: {a: {image: x, volumes: [',
    body: (index) => `"/v${index}",`,
    tail: ']}}',
  },
  {
    name: 'Compose ports',
    head: 'services: {a: {image: x, ports: [',
    body: (index) => `"${index}:${index}",`,
    tail: ']}}',
  },
  {
    name: 'Compose unknown keys',
    head: 'services: {a: {image: x, ',
    body: (index) => `k${index}: 1,`,
    tail: '}}',
  },
  {
    name: 'Compose waiting',
    head: 'services: {a: {image: x, depends_on: [',
    body: (index) => `b${index},`,
    tail: ']}}',
  },
  {
    name: 'Compose command words',
    head: 'services: {a: {image: x, command: "',
    body: () => "'a' b ",
    tail: '"}}',
  },
  { name: 'Nosana command', head: `${nosanaStart}cmd: [`, body: (index) => `a${index},`, tail: ']}}]}' },
  {
    name: 'Nosana literals',
    head: `${nosanaStart}cmd: ["`,
    body: () => '%%ops.a.results.b%%',
    tail: '"]}}]}',
  },
  {
    name: 'Nosana unknown literals',
    head: `${nosanaStart}cmd: [`,
    body: (index) => `"%%ops.b${index}.results.c%%",`,
    tail: ']}}]}',
  },
  {
    name: 'Nosana results',
    head: `${nosanaStart}cmd: [a]}, results: {`,
    body: (index) => `r${index}: "(a+)${index}",`,
    tail: '}}]}',
  },
  {
    name: 'one long expression',
    head: `${nosanaStart}cmd: [a]}, results: {r: "`,
    body: () => '(a+)+',
    tail: '"}}]}',
  },
  {
    name: 'nested expression',
    head: `${nosanaStart}cmd: [a]}, results: {r: "`,
    body: () => '(',
    tail: '"}}]}',
  },
  { name: 'Nosana variables', head: `${nosanaStart}env: {`, body: (index) => `K${index}: v,`, tail: '}}}]}' },
  {
    name: 'Nosana operations',
    head: '{version: "0.1", type: container, ops: [',
    body: (index) => `{type: container/run, id: o${index}, args: {image: x}},`,
    tail: ']}',
  },
]

/** The file at about a length, in characters. */
export function largeFile({ head = '', body, tail = '' }: LargeFile, length: number): string {
  const parts = [head]
  let left = length - head.length - tail.length
  for (let index = 0; ; index += 1) {
    const part = body(index)
    left -= part.length
    if (left < 0) break
    parts.push(part)
  }
  return parts.join('') + tail
}
