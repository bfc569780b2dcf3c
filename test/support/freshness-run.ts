import { Metrics } from '../../src/infra/index.js';
import { FreshnessProbe } from '../../src/search-cache/pages/freshness-probe.js';
import { PageCache } from '../../src/search-cache/pages/page-cache.js';
import { SearchCacheMetrics } from '../../src/search-cache/search-cache.metrics.js';
import { ResilientCacheStore } from '../../src/search-cache/store/resilient-cache-store.js';
import type { SearchCacheStore } from '../../src/search-cache/store/search-cache-store.js';
import { StoppedClock } from './bridge.js';
import type { CacheEngine } from './cache-engines.js';
import { FreshnessModel } from './freshness-model.js';
import { Interleaving, randomOf } from './interleaving.js';
import { SteppedCacheStore } from './stepped-cache-store.js';

/** What a run is made of; a test puts something faulty in place of a part to see that this is noticed. */
export interface Parts {
  PageCache: typeof PageCache;
  wrap: (store: SearchCacheStore) => SearchCacheStore;
  /** Whether a writer acknowledges only when the scopes are invalidated. */
  invalidateFirst: boolean;
}

export const REAL: Parts = { PageCache, wrap: (store) => store, invalidateFirst: true };

export interface Outcome {
  hits: number;
  misses: number;
  bypasses: number;
}

interface Process {
  store: SteppedCacheStore;
  cache: ResilientCacheStore;
  pages: PageCache;
}

// Declared once: it is the same metrics for thousands of runs.
const clock = new StoppedClock();
const metrics = new Metrics();
const unused = new ResilientCacheStore(
  new SteppedCacheStore({ onPossibleRollback: () => undefined } as never, undefined as never),
  metrics,
  clock,
);
const counts = new SearchCacheMetrics(metrics, unused);
const probe = new FreshnessProbe(unused, counts);

/**
 * One interleaving of readers, writers, the relay and whatever may happen to processes and keys. Throws if a read that
 * began after an acknowledgement lacks what was acknowledged.
 */
export async function runFreshness(engine: CacheEngine, seed: number, parts: Parts = REAL): Promise<Outcome> {
  const random = randomOf(seed);
  const order = new Interleaving(random);
  const model = new FreshnessModel(random);
  const outcome: Outcome = { hits: 0, misses: 0, bypasses: 0 };

  const start = (store: SearchCacheStore): Process => {
    const stepped = new SteppedCacheStore(parts.wrap(store), order);
    const cache = new ResilientCacheStore(stepped, metrics, clock);
    return { store: stepped, cache, pages: new parts.PageCache(cache, counts, probe) };
  };
  const first = await engine.open();
  await first.renewLease();
  const processes = [start(first), start(engine.again())];
  const any = (): Process => processes[random(2)]!;
  // While Redis is set back, and until every process has looked, a page may be old; after that none may.
  let [beingSetBack, setBacks] = [0, 0];
  const setBack = async (work: () => Promise<void>): Promise<void> => {
    [beingSetBack, setBacks] = [beingSetBack + 1, setBacks + 1];
    await work();
    beingSetBack -= 1;
  };
  const times = async (count: number, work: () => Promise<void>): Promise<void> => {
    for (let turn = 0; turn < count; turn += 1) {
      await work();
      await order.step();
    }
  };

  const read = async (): Promise<void> => {
    const { search, load } = model.search();
    const missing = model.expectation(search);
    const [excused, before] = [beingSetBack > 0, setBacks];
    const page = await any().pages.read(search, async () => {
      await order.step();
      const loaded = load();
      await order.step();
      return loaded;
    });
    outcome[page.result === 'HIT' ? 'hits' : page.result === 'MISS' ? 'misses' : 'bypasses'] += 1;
    if (excused || setBacks !== before) return;
    const stale = missing(page.body);
    if (stale.length > 0) throw new Error(`seed ${seed}: a ${page.result} of ${search.key} lacks ${stale.join(', ')}`);
  };
  const write = async (): Promise<void> => {
    const change = model.commit();
    const { cache } = any();
    // The relay invalidates whatever was committed once more, whether or not the writer lives to do it.
    order.start(async () => {
      await any().cache.invalidateWatched(change.scopesOf);
    });
    await order.step();
    if (!parts.invalidateFirst) model.acknowledge(change);
    await cache.invalidateWatched(change.scopesOf);
    model.acknowledge(change);
  };
  const goBack = async (): Promise<void> => {
    const restore = await order.outside(() => engine.snapshot());
    for (let wait = random(40); wait > 0; wait -= 1) await order.step();
    await setBack(async () => {
      await order.outside(restore);
      for (const { cache } of [...processes]) await cache.watch();
    });
  };
  const restart = async (): Promise<void> => {
    const gone = random(2);
    const restarted = engine.shared ? [gone] : [0, 1];
    for (const index of restarted) processes[index]!.store.end();
    const store = engine.shared ? engine.again() : await engine.open();
    for (const index of restarted) processes[index] = start(store);
    // A dead process can't notice that its renewal is lost: the server's ids show it, or the new leader clears.
    if (engine.shared) await setBack(async () => void (await any().cache.clear()));
    else await any().cache.clear();
    await any().cache.renewLease();
  };
  const mischief: (() => Promise<unknown>)[] = [
    async () => {
      const keys = await order.outside(() => engine.keys());
      if (keys.length > 0) await order.outside(() => engine.lose([keys[random(keys.length)]!]));
    },
    async () => order.outside(async () => engine.lose(await engine.keys())),
    () => any().cache.clear(),
    restart,
    async () => {
      await order.outside(() => engine.endLease());
      await order.step();
      await any().cache.renewLease();
    },
    ...(engine.shared ? [goBack, goBack, goBack] : []),
  ];

  for (let reader = 0; reader < 4 + random(4); reader += 1) order.start(() => times(2 + random(4), read));
  for (let writer = 0; writer < 1 + random(4); writer += 1) order.start(() => times(1 + random(2), write));
  for (let one = random(3); one > 0; one -= 1) {
    order.start(async () => {
      await mischief[random(mischief.length)]!();
    });
  }
  await order.run();
  return outcome;
}
