const MODULES =
  'auth|cli|client|config|contracts|database|embedded-postgres|events|fast-path|http|idempotency|infra|inventory|openapi|ops|' +
  'rate-limit|realtime|search-cache|validation';
/** What every module of the product may import. */
const GROUND = ['contracts', 'config', 'infra', 'database', 'validation', 'rate-limit', 'idempotency', 'http'];
const only = (name, from, to) => ({
  name,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: `^src/(${MODULES})/`, pathNot: `^src/(${[from, ...to].join('|')})/` },
});

/** Rules for the folders of a module, in reading order from the ground up: a folder imports those before it only. */
const upwards = (module, folders) =>
  folders.slice(0, -1).map((folder, index) => ({
    name: `${module}-reads-upwards`,
    comment: `In src/${module}: ${folders.join(' → ')}.`,
    severity: 'error',
    from: { path: `^src/${module}/${folder}/`, pathNot: '\\.spec\\.ts$' },
    to: { path: `^src/${module}/(${folders.slice(index + 1).join('|')})/` },
  }));

/** The import law of the architecture: see docs/architecture.md. */
module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'through-the-index',
      comment: 'A module is imported through its index.ts only.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: `^src/(${MODULES})/`, pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    only('contracts-import-nothing', 'contracts', []),
    only('config', 'config', ['contracts']),
    only('infra', 'infra', ['contracts', 'config']),
    only('embedded-postgres', 'embedded-postgres', []),
    only('database', 'database', ['contracts', 'config', 'infra']),
    only('validation', 'validation', ['contracts', 'infra']),
    only('rate-limit', 'rate-limit', ['contracts', 'config', 'infra']),
    only('idempotency', 'idempotency', ['contracts', 'infra', 'database']),
    only('http', 'http', GROUND),
    only('auth', 'auth', GROUND),
    only('fast-path', 'fast-path', [...GROUND, 'auth']),
    only('events', 'events', [...GROUND, 'auth']),
    only('search-cache', 'search-cache', [...GROUND, 'auth', 'events']),
    only('inventory', 'inventory', [...GROUND, 'auth', 'fast-path', 'events', 'search-cache']),
    only('realtime', 'realtime', [...GROUND, 'auth', 'fast-path', 'events']),
    ...upwards('events', [
      'log',
      'sequencer',
      'invalidation',
      'bus',
      'publisher',
      'relay',
      'commit',
      'delivery',
      'subscribers',
      'http',
    ]),
    only('openapi', 'openapi', ['contracts', 'infra', 'http', 'validation']),
    only('client', 'client', ['contracts']),
    {
      name: 'client-is-for-browsers',
      comment: 'The client library runs in browsers: nothing of Node, no package but Socket.IO.',
      severity: 'error',
      from: { path: '^src/client/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['^src/(client|contracts)/', '^node_modules/socket\\.io-client/'] },
    },
    only('cli', 'cli', ['contracts', 'config', 'auth', 'embedded-postgres']),
    {
      name: 'nothing-imports-ops',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(ops/|app\\.module\\.ts|application\\.ts)' },
      to: { path: '^src/ops/' },
    },
    {
      name: 'no-tests-in-product',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '(^test/|\\.spec\\.ts$)' },
    },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
