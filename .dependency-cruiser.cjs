// The one direction of the house: each package may import only from those above it in this list.
const order = ['contracts', 'protocol', 'sdk', 'service']
const daemons = ['indexer', 'provider', 'checker', 'controller']
const path = (name) => (name === 'contracts' ? '^contracts/' : `^packages/${name}/`)
const paths = (names) => names.map(path).join('|')
const everyPackage = [...order, ...daemons, 'console', 'cli']
const test = '\\.test\\.tsx?$|/testing/'

/** A package together with everything that stands below it, which it must not import. */
const forbid = (name, allowed) => ({
  name: `${name}-imports-one-way`,
  comment: `${name} may import only ${allowed.join(', ') || 'nothing of the house'}`,
  severity: 'error',
  from: { path: path(name), pathNot: test },
  to: { path: paths(everyPackage.filter((other) => other !== name && !allowed.includes(other))) },
})

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '\\.css$|^/?virtual:' },
    },
    {
      name: 'protocol-is-pure',
      comment: 'protocol runs in a browser: no I/O, no Node modules',
      severity: 'error',
      from: { path: '^packages/protocol/src', pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'packages-have-one-entry',
      comment: 'across packages import the package, never a file inside it',
      severity: 'error',
      from: { path: '^(?:packages/)?([^/]+)/' },
      to: { path: '^packages/([^/]+)/src/(?!index\\.ts$)', pathNot: '^packages/$1/|/testing/' },
    },
    forbid('contracts', []),
    forbid('protocol', []),
    forbid('sdk', ['contracts', 'protocol']),
    forbid('service', ['contracts', 'protocol', 'sdk']),
    ...daemons.map((name) => forbid(name, order)),
    forbid('console', ['protocol', 'sdk']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|out|cache|generated|node_modules)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.cjs', '.json'],
    },
  },
}
