import { loadCatalogue } from '../hit-ratio/catalogue.js';
import { measure } from '../hit-ratio/hit-ratio.js';
import { fanout, push } from '../realtime/realtime.js';
import type { BenchRun } from '../support/bench-run.js';
import type { BenchResult } from '../support/report.js';
import { bulk } from './bulk.js';
import { cluster } from './cluster.js';
import { consume } from './consume.js';
import { findability } from './findability.js';
import { footprint } from './footprint.js';
import { growth } from './growth.js';
import { hit, hitRedis } from './hit.js';
import { history } from './history.js';
import { importPrices } from './import.js';
import { invalidate } from './invalidate.js';
import { liveSearch } from './live-search.js';
import { logGrowth } from './log-growth.js';
import { longLog } from './long-log.js';
import { miss } from './miss.js';
import { relay } from './relay.js';
import { series } from './series.js';
import { sizing } from './sizing.js';
import { write, writeRedis } from './write.js';

type Bench = (run: BenchRun) => Promise<BenchResult>;

/** In the order they run in when none is named. */
export const BENCHES: Readonly<Record<string, Bench>> = {
  write,
  'write-redis': writeRedis,
  bulk,
  import: importPrices,
  hit,
  'hit-redis': hitRedis,
  miss,
  findability,
  push,
  fanout,
  relay,
  consume,
  series,
  history,
  'long-log': longLog,
  invalidate,
  footprint,
  sizing,
  'hit-ratio': hitRatio,
  'live-search': liveSearch,
  growth,
  cluster,
  'log-growth': logGrowth,
};

async function hitRatio({ options }: BenchRun): Promise<BenchResult> {
  const catalogue = await loadCatalogue(options.data);
  const rows = [];
  for (const rate of [0, 10, 100]) rows.push(...(await measure(catalogue, rate)));
  return { rows: rows.map((row) => ({ ...row, hitRatio: Number(row.hitRatio.toFixed(4)) })) };
}
