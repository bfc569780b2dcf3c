import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { StoppedClock } from '../../../test/support/bridge.js';
import { Clock } from '../../infra/index.js';
import { GENERAL_SCOPE } from '../scopes/scope-names.js';
import type { CacheRead, Tokens } from '../store/search-cache-store.js';
import { InProcessCacheStore, MAX_BYTES, MAX_TOKENS } from './in-process-cache-store.js';

const SCOPES_EACH = 50;

it('A lease in the process ends when its time has passed, though the machine has been set back', async () => {
  const clock = new StoppedClock();
  const store = new InProcessCacheStore(clock, 100, 300);
  await store.renewLease();
  clock.ahead = -3_600_000;
  expect((await store.read('a', [GENERAL_SCOPE], null)).result).toBe('miss');
  clock.time += 10_000;
  expect((await store.read('a', [GENERAL_SCOPE], null)).result).toBe('bypass');
});

/** What every store promises stands in the contract's tests; here, what made-up searches may take of the process. */
describe('searches that are made up without end', () => {
  let store: InProcessCacheStore;

  beforeEach(async () => {
    store = new InProcessCacheStore(new Clock(), 1_000, 300);
    await store.renewLease();
  });

  const read = (key: string, scopes: readonly string[]): Promise<CacheRead> =>
    store.read(key, [GENERAL_SCOPE, ...scopes], null);
  async function fill(key: string, scopes: readonly string[], kept = scopes, bytes = 2): Promise<void> {
    const { tokens } = (await read(key, scopes)) as { tokens: Tokens };
    const all = new Map([GENERAL_SCOPE, ...kept].map((scope) => [scope, tokens.get(scope)!]));
    await store.fill(key, { body: Buffer.alloc(bytes), etag: '"1"' }, all, []);
  }
  const scopesOf = (search: number): string[] =>
    Array.from({ length: SCOPES_EACH }, (_none, index) => `text:${search}.${index}`);

  it('put no page out of date that others ask for, and keep a bounded number of tokens', async () => {
    await fill('popular', ['product:1', 'text:oni']);
    for (let search = 0; search < (2 * MAX_TOKENS) / SCOPES_EACH; search += 1) {
      await store.renewLease();
      // Empty pages depend on few of the scopes that they might have depended on.
      await fill(`made up ${search}`, scopesOf(search), scopesOf(search).slice(0, 2));
      expect(store.peek('popular')).toBeDefined();
    }
    expect(store['tokens'].size).toBeLessThanOrEqual(MAX_TOKENS);
    const [{ comparedAt }] = [store['entries'].get('popular')!];
    await store.invalidate(['product:2']);
    expect(store['changes']).toBe(comparedAt);
    await store.invalidate(['product:1']);
    expect(store.peek('popular')).toBeUndefined();
  });

  it('with pages that depend on more tokens than may be kept put some out of date, and new ones are kept', async () => {
    store = new InProcessCacheStore(new Clock(), 100_000, 300);
    const searches = (2 * MAX_TOKENS) / SCOPES_EACH;
    let kept = 0;
    for (let search = 0; search < searches; search += 1) {
      await store.renewLease();
      await fill(`${search}`, scopesOf(search));
      if (store.peek(`${search}`)) kept += 1;
    }
    expect(store['tokens'].size).toBeLessThanOrEqual(MAX_TOKENS);
    expect((await read('0', scopesOf(0))).result).toBe('miss');
    expect(kept).toBeGreaterThan(0.99 * searches);
  });

  it('leave no memory behind whose tokens are made again and again, however few there are', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const used = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const churn = async (times: number): Promise<void> => {
      for (let time = 0; time < times; time += 1) {
        await store.renewLease();
        await read('popular', scopesOf(1));
        await store.invalidate(scopesOf(1));
      }
    };
    await churn(1_000);
    const before = used();
    await churn(6_000);
    expect(store['tokens'].size).toBeLessThan(10);
    // Kept tokens would take 60 MB.
    expect(used() - before).toBeLessThan(15_000_000);
  });

  it('count the entries that a token is of, whatever becomes of them', async () => {
    const uses = (scope: string): number | undefined => store['tokens'].get(scope)?.uses;
    await fill('one', ['product:1', 'text:oni']);
    await fill('other', ['product:1']);
    await store.invalidate(['text:oni']);
    await fill('one', ['product:1', 'text:oni']);
    expect(uses('product:1')).toBe(2);
    for (let search = 0; search < 1_000; search += 1) await fill(`made up ${search}`, []);
    expect(uses('product:1')).toBe(0);
    expect(uses(GENERAL_SCOPE)).toBe(1_000);
    await store.clear();
    expect(uses(GENERAL_SCOPE)).toBeUndefined();
  });

  it('keep a bounded number of bytes of pages', async () => {
    const bytes = 1024 * 1024;
    for (let search = 0; search < 120; search += 1) await fill(`${search}`, [], [], bytes);
    const { entries } = await store.stats();
    expect(entries).toBeGreaterThan(MAX_BYTES / bytes / 2);
    expect(entries * bytes).toBeLessThanOrEqual(MAX_BYTES);
  });
});
