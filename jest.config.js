import { testPackages } from './build/test-packages.js';

/** Of both ways: what the answers and rooms have to be like whether or not the product goes around its libraries. */
const WITHOUT_FAST_PATH = [
  'search-cache-http',
  'cors',
  'etags',
  'hardening',
  'rate-limit',
  'realtime',
  'realtime-limits',
  'realtime-recovery',
  'realtime-refusals',
  'spine',
];

const packages = await testPackages();
const exactly = (text) => `^${text.replaceAll('.', '\\.')}$`;

/** @type {import('jest').Config} */
const project = {
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    ...Object.fromEntries(Object.entries(packages).map(([name, file]) => [exactly(name), `<rootDir>/${file}`])),
  },
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  setupFiles: [`<rootDir>/${packages['reflect-metadata']}`],
};

/** @type {import('jest').Config} */
export default {
  // By default jest leaves one core to itself, which on two cores means one test file at a time.
  maxWorkers: '100%',
  testSequencer: '<rootDir>/test/support/longest-first.js',
  // Modules of a test file stay in memory when it is over; a worker of some gigabytes stands still while it collects.
  workerIdleMemoryLimit: '1500MB',
  // Of the tests of a file that mostly wait, and that it marks as concurrent.
  maxConcurrency: 3,
  // What a busy machine may need for the longest of them; waits have bounds of their own.
  testTimeout: 180_000,
  projects: [
    { ...project, displayName: 'all' },
    {
      ...project,
      displayName: 'without the fast path',
      testMatch: WITHOUT_FAST_PATH.map((name) => `<rootDir>/test/e2e/${name}.spec.ts`),
      globals: { withoutFastPath: true },
    },
  ],
};
