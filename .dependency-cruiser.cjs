const MODULES =
  'auth|cli|client|config|console|consumers|contracts|database|embedded-postgres|events|fast-path|http|idempotency|infra|inventory|log-archive|openapi|ops|' +
  'rate-limit|realtime|sealed-log|search-cache|series|validation';
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
    only('sealed-log-imports-nothing', 'sealed-log', []),
    only('embedded-postgres', 'embedded-postgres', []),
    only('database', 'database', ['contracts', 'config', 'infra']),
    only('validation', 'validation', ['contracts', 'infra']),
    only('rate-limit', 'rate-limit', ['contracts', 'config', 'infra']),
    only('idempotency', 'idempotency', ['contracts', 'infra', 'database']),
    only('http', 'http', GROUND),
    only('auth', 'auth', GROUND),
    only('fast-path', 'fast-path', [...GROUND, 'auth']),
    only('events', 'events', [...GROUND, 'auth', 'sealed-log']),
    only('consumers', 'consumers', [...GROUND, 'auth', 'events']),
    ...upwards('consumers', ['store', 'partitions', 'feed', 'runner', 'projections', 'leases', 'http']),
    only('search-cache', 'search-cache', [...GROUND, 'auth', 'events']),
    only('inventory', 'inventory', [...GROUND, 'auth', 'fast-path', 'events', 'consumers', 'search-cache']),
    ...upwards('inventory', [
      'glossary',
      'text',
      'vendors',
      'products',
      'search',
      'table-statistics',
      'imports',
      'demo',
    ]),
    ...upwards('inventory/search', ['upkeep', 'planner', 'pages', 'http']),
    {
      name: 'inventory-ground',
      comment: 'What the folders of src/inventory share knows none of them.',
      severity: 'error',
      from: { path: '^src/inventory/[^/]+\\.ts$', pathNot: '^src/inventory/(index|inventory\\.module)\\.ts$' },
      to: { path: '^src/inventory/[^/]+/' },
    },
    only('realtime', 'realtime', [...GROUND, 'auth', 'fast-path', 'events']),
    only('series', 'series', [...GROUND, 'auth', 'fast-path', 'events', 'consumers', 'inventory', 'realtime']),
    ...upwards('series', ['stock', 'projection', 'prices', 'movers', 'live', 'insights', 'http']),
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
      'seals',
      'audit',
      'http',
    ]),
    ...upwards('search-cache', ['scopes', 'store', 'in-process', 'redis', 'pages', 'invalidation', 'http']),
    ...upwards('realtime', [
      'protocol',
      'sessions',
      'sending',
      'limits',
      'connections',
      'recovery',
      'slow-clients',
      'gateway',
      'asyncapi',
    ]),
    {
      name: 'events-keeps-its-organs',
      comment: 'What orders, publishes and delivers events is for src/events alone: its door lets none of it out.',
      severity: 'error',
      from: { path: '^src/events/index\\.ts$' },
      to: { path: '^src/events/(sequencer|invalidation|bus|publisher|relay|delivery)/' },
    },
    only('log-archive', 'log-archive', ['contracts', 'database', 'sealed-log', 'inventory']),
    only('openapi', 'openapi', ['contracts', 'infra', 'http', 'validation']),
    only('client', 'client', ['contracts']),
    {
      name: 'client-is-for-browsers',
      comment: 'The client library runs in browsers: nothing of Node, no package but Socket.IO.',
      severity: 'error',
      from: { path: '^src/client/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['^src/(client|contracts)/', '^node_modules/socket\\.io-client/'] },
    },
    only('console', 'console', ['client', 'contracts']),
    {
      name: 'console-pages-are-for-browsers',
      comment: 'They are a client like any other: the client library, its contracts, and what draws; nothing of Node.',
      severity: 'error',
      from: { path: '^src/console/web/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['^src/(console/web|client|contracts)/', '^node_modules/(preact|@preact/signals|uplot)/'] },
    },
    {
      name: 'nothing-imports-console-pages',
      comment: 'The server knows them as files that the build has made.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/console/web/' },
      to: { path: '^src/console/web/' },
    },
    only('cli', 'cli', ['contracts', 'config', 'database', 'auth', 'embedded-postgres', 'sealed-log', 'log-archive']),
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
      from: { path: '^src/', pathNot: '(\\.spec\\.ts$|^src/console/web/)' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
  },
};
