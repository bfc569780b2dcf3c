import TestSequencer from '@jest/test-sequencer';
import { relative } from 'node:path';

/**
 * Test files of 15 s and more, the longest first. Where jest has no times of an earlier run, as in a fresh clone, it
 * goes by the sizes of files, and a long one that begins last keeps one core at work alone.
 */
const LONG = [
  'test/integration/query-plans',
  'test/e2e/commands',
  'test/property/as-of',
  'test/faults/redis',
  'test/e2e/openapi-fuzz',
  'test/e2e/attacks/sql-injection',
  'test/e2e/attacks/price-files',
  'test/faults/consumers',
  'test/faults/clock',
  'test/faults/postgres',
  'test/e2e/attacks/all-at-once',
  'test/integration/freshness-auditor',
  'test/faults/redis-cluster',
  'test/integration/locked-products',
  'test/integration/search-after-load',
  'test/e2e/openapi',
  'test/e2e/build',
  'test/faults/projections',
  'test/faults/instances',
  'test/faults/redis-stuck-connections',
  'test/integration/replica-reads',
  'test/faults/starting-and-stopping',
  'test/faults/redis-sentinel',
  'test/e2e/import-layouts',
  'test/e2e/bad-configurations',
  'test/e2e/console',
  'test/e2e/start',
  'test/integration/consumers',
  'test/e2e/client-live-search',
  'test/faults/idempotency',
  'test/integration/stock-postgres',
  'test/integration/database-hosts',
  'test/e2e/client-in-browser',
  'test/contract/cluster-event-bus',
  'test/contract/search-cache-store',
  'test/e2e/event-loop',
];

const placeOf = ({ path, context }) => {
  const place = LONG.indexOf(
    relative(context.config.rootDir, path)
      .replaceAll('\\', '/')
      .replace(/\.spec\.ts$/, ''),
  );
  return place === -1 ? LONG.length : place;
};

export default class LongestFirst extends TestSequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    if (sorted.some(({ duration }) => duration != null)) return sorted;
    return sorted.sort((one, other) => placeOf(one) - placeOf(other));
  }
}
