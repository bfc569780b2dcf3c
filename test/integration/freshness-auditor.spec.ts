import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { InventoryEvent } from '../../src/contracts/index.js';
import { EventListeners } from '../../src/events/delivery/event-listeners.js';
import { CacheInvalidation } from '../../src/events/invalidation/cache-invalidation.js';
import { SearchCacheInvalidator } from '../../src/search-cache/invalidation/search-cache-invalidator.js';
import { AuditTimes } from '../../src/ops/freshness/audit-times.js';
import { FrameSender } from '../../src/fast-path/index.js';
import { RoomBroadcaster } from '../../src/realtime/gateway/room-broadcaster.js';
import { ResilientCache } from '../../src/search-cache/store/resilient-cache.js';
import type { CachedPage } from '../../src/search-cache/store/search-cache-store.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { GENERAL, listen } from '../support/rooms.js';
import { waitFor } from '../support/processes.js';
import { startRedis } from '../support/redis-server.js';
import { cacheInUse } from '../support/search-apps.js';
import { withClient } from '../support/with-client.js';

Logger.overrideLogger(false);

/** Milliseconds within which each fault is to be found. */
const WITHIN = 60_000;
/** Milliseconds within which a change is to be at a socket while that is broken. */
const SOON = 1_500;

/** What could break in the way from a change to the pages that show it. Each takes itself back. */
type Fault = (apps: readonly [TestApp, TestApp]) => () => void;

const storeOf = ({ app }: TestApp): ResilientCache => app.get(ResilientCache);
const restoreAll =
  (...spies: { mockRestore(): void }[]) =>
  () => {
    for (const spy of spies) spy.mockRestore();
  };

/** On the instance that writes. */
function lostScopes(isLost: (scope: string, index: number) => boolean): Fault {
  return ([writer]) => {
    const store = storeOf(writer);
    const real = store.invalidateWatched.bind(store);
    return restoreAll(
      jest
        .spyOn(store, 'invalidateWatched')
        .mockImplementation((scopesOf) =>
          real((isWatched) => scopesOf(isWatched).filter((scope, index) => !isLost(scope, index))),
        ),
    );
  };
}

/** On the instance that answers. */
function oldPages(isOld: (key: string) => boolean): Fault {
  return ([, reader]) => {
    const store = storeOf(reader);
    const kept = new Map<string, CachedPage>();
    const real = store.read.bind(store);
    const fill = store.fill.bind(store);
    return restoreAll(
      jest.spyOn(store, 'read').mockImplementation((key, scopes, listing) => {
        const page = kept.get(key);
        return page && isOld(key) ? Promise.resolve({ result: 'hit', page }) : real(key, scopes, listing);
      }),
      jest.spyOn(store, 'fill').mockImplementation((key, page, tokens, hints) => {
        kept.set(key, page);
        return fill(key, page, tokens, hints);
      }),
      jest.spyOn(store, 'peek').mockImplementation(() => undefined),
    );
  };
}

/** On the instance that writes, as it does what `how` makes of each invalidation. */
function otherwise(how: (invalidate: () => Promise<boolean>, time: number) => Promise<boolean>): Fault {
  return ([writer]) => {
    const store = storeOf(writer);
    const real = store.invalidateWatched.bind(store);
    let time = 0;
    return restoreAll(
      jest.spyOn(store, 'invalidateWatched').mockImplementation((scopesOf) => how(() => real(scopesOf), (time += 1))),
    );
  };
}

/** On the instance that answers: pages are stored with tokens that were read when they had been loaded. */
const lateTokens: Fault = ([, reader]) => {
  const store = storeOf(reader);
  const real = store.fill.bind(store);
  const read = store.read.bind(store);
  const pages = new Map<string, CachedPage>();
  return restoreAll(
    jest.spyOn(store, 'fill').mockImplementation(async (key, page, tokens, hints) => {
      const old = pages.get(key) ?? page;
      pages.set(key, page);
      const now = await read(`${key}-none`, [...tokens.keys()], null);
      await real(key, old, now.result === 'miss' ? now.tokens : tokens, hints);
    }),
  );
};

const FAULTS: Record<string, Fault> = {
  'the writer invalidates nothing': lostScopes(() => true),
  'the writer forgets the first scope of each change and every third one': lostScopes(
    (_scope, index) => index % 3 === 0,
  ),
  'the writer forgets every second scope': lostScopes((_scope, index) => index % 2 === 0),
  'the writer says that it has invalidated before it has': ([writer]) => {
    const invalidation = writer.app.get(CacheInvalidation);
    return restoreAll(
      jest.spyOn(invalidation, 'committed').mockImplementation((events) => {
        const ids = events.map(({ eventId }) => eventId);
        invalidation.markDone(ids);
        return Promise.resolve(ids);
      }),
    );
  },
  'the cache’s reaction to events is lost': ([writer]) => {
    const invalidator = writer.app.get(SearchCacheInvalidator);
    return restoreAll(jest.spyOn(invalidator, 'invalidate').mockResolvedValue(true));
  },
  'every third invalidation is lost': otherwise((invalidate, time) =>
    time % 3 === 0 ? Promise.resolve(true) : invalidate(),
  ),
  'invalidations come two seconds after their acknowledgement': otherwise((invalidate) => {
    setTimeout(() => void invalidate(), 2_000).unref();
    return Promise.resolve(true);
  }),
  'invalidations that fail count as done': otherwise(() => Promise.resolve(true)),
  'another instance goes on serving what it has': oldPages(() => true),
  'another instance goes on serving pages of one search in two': oldPages(
    (key) => key.charCodeAt(key.length - 1) % 2 === 0,
  ),
  'another instance stores pages with tokens that are newer than they are': lateTokens,
};

type Broadcast = (event: InventoryEvent, more: boolean) => void;

/** What an instance does with an event for its sockets. */
function sockets(how: (broadcast: Broadcast, event: InventoryEvent, more: boolean, time: number) => void): Fault {
  return ([, reader]) => {
    const broadcaster = reader.app.get(RoomBroadcaster);
    const real = broadcaster.broadcast.bind(broadcaster);
    let time = 0;
    return restoreAll(
      jest.spyOn(broadcaster, 'broadcast').mockImplementation((event, more) => how(real, event, more, (time += 1))),
    );
  };
}

let held: InventoryEvent | undefined;

/** In the way from the log to sockets. */
const SOCKET_FAULTS: Record<string, Fault> = {
  'an instance sends nothing to its sockets': sockets(() => undefined),
  'an instance leaves every second event out': sockets((broadcast, event, more, time) => {
    if (time % 2 === 0) broadcast(event, more);
  }),
  'an instance sends every event twice': sockets((broadcast, event, more) => {
    broadcast(event, more);
    broadcast(event, more);
  }),
  'an instance sends events after later ones': sockets((broadcast, event, more) => {
    if (!held) held = event;
    else {
      broadcast(event, more);
      broadcast(held, more);
      held = undefined;
    }
  }),
  'an instance sends events to other rooms': sockets((broadcast, event, more) =>
    broadcast({ ...event, category: 'elsewhere' } as InventoryEvent, more),
  ),
  'an instance sends the version before': sockets((broadcast, event, more) =>
    broadcast({ ...event, version: event.version - 1 }, more),
  ),
  'events are lost between the bridge and those that listen': ([, reader]) =>
    restoreAll(jest.spyOn(reader.app.get(EventListeners), 'emit').mockImplementation(() => undefined)),
};

/** As well, and what they leave behind would disturb a test after them: late events, a socket that was given up. */
const LASTING_FAULTS: Record<string, Fault> = {
  'an instance sends events ten seconds late': sockets((broadcast, event, more) => {
    setTimeout(broadcast, 10_000, event, more).unref();
  }),
  'frames count as sent that aren’t': ([, reader]) =>
    restoreAll(jest.spyOn(reader.app.get(FrameSender), 'send').mockReturnValue(true)),
};

/** Two instances of one database and Redis, and a change that is made again and again. */
interface Pair {
  apps: [TestApp, TestApp];
  /** Changes the one product. */
  write: () => Promise<void>;
  close: () => Promise<void>;
}

/**
 * Most of a test's time is waiting for the next audit, so that as many go on at once as `maxConcurrency` of jest lets,
 * each on a pair of its own.
 */
const PAIRS = 3;

async function startPair(): Promise<Pair> {
  const [database, redis] = await Promise.all([testDatabase(), startRedis()]);
  const env = { FRESHNESS_AUDIT_SECONDS: '1', REDIS_HOST: redis.host, REDIS_PORT: String(redis.port) };
  const first = await startApp({ database, env });
  await cacheInUse(first);
  const second = await startApp({ database, env });
  const vendor = await createVendor(first);
  const product = await createProduct(first, { vendorId: vendor.id, basePrice: 1 });
  await listen(second, GENERAL);
  let price = 1;
  return {
    apps: [first, second],
    async write() {
      price = (price % 900) + 1;
      const { status } = await first.request('PATCH', `/api/products/${product.id}`, { basePrice: price });
      expect(status).toBe(200);
    },
    async close() {
      await Promise.all([first.close(), second.close()]);
      await redis.stop();
      await database.drop();
    },
  };
}

/** G1 and G5 are looked for in production; here they are broken on purpose. */
describe('the freshness auditor', () => {
  let pairs: Pair[];
  let free: Pair[];

  beforeAll(async () => {
    Object.assign(AuditTimes.defaults, { resting: 0, following: 8_000 });
    pairs = [];
    for (let number = 0; number < PAIRS; number += 1) pairs.push(await startPair());
    free = [...pairs];
  }, 90_000);
  afterAll(async () => {
    await Promise.all(pairs.map((pair) => pair.close()));
  });

  const metric = async (app: TestApp, name: string): Promise<number> => {
    const { body } = await app.request<string>('GET', '/metrics');
    return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(body)?.[1] ?? 0);
  };
  const staleFound = async ({ apps }: Pair): Promise<number> => {
    const counts = await Promise.all(apps.map((app) => metric(app, 'inventory_staleness_after_ack_total')));
    return counts.reduce((sum, one) => sum + one, 0);
  };
  const missed = ({ apps }: Pair): Promise<number> => metric(apps[1], 'inventory_missed_at_socket_total');
  const arrived = (app: TestApp): Promise<number> =>
    metric(app, String.raw`inventory_socket_audits_total\{result="arrived"\}`);
  const shown = (app: TestApp): Promise<number> =>
    metric(app, String.raw`inventory_freshness_audits_total\{result="shown"\}`);
  /**
   * Changes go on until it is so, at no fixed pace: what a fault delays by two seconds would always come at the same
   * moment between two changes, maybe before a page is looked at again.
   */
  const whileWriting = ({ write }: Pair, isSo: () => Promise<boolean>, what: string): Promise<boolean> =>
    waitFor(
      async () => {
        await sleep(800 * Math.random());
        await write();
        return isSo();
      },
      { timeoutMs: WITHIN, what, everyMs: 300 },
    );
  /** No more tests go on at once than there are pairs. */
  const withPair = async (test: (pair: Pair) => Promise<void>, isLast = false): Promise<void> => {
    const pair = await waitFor(() => free.shift(), { what: 'a pair' });
    try {
      await test(pair);
    } finally {
      if (!isLast) free.push(pair);
    }
  };

  // These come first, on pairs that nothing has been wrong with.
  it.concurrent(
    'sees on every instance what any of them has acknowledged, and says so',
    () =>
      withPair(async (pair) => {
        const { apps } = pair;
        const before = await Promise.all(apps.map(shown));
        await whileWriting(
          pair,
          async () => (await Promise.all(apps.map(shown))).every((count, index) => count > before[index]! + 9),
          'audits everywhere',
        );
        await whileWriting(pair, async () => (await arrived(apps[1])) > 3, 'changes to be followed to a socket');
        expect(await arrived(apps[0])).toBe(0);
        expect([await staleFound(pair), await missed(pair)]).toEqual([0, 0]);
        const { body } = await apps[1].request('GET', '/health');
        expect(body).toMatchObject({ parts: { freshness: { status: 'up' } } });
      }),
    90_000,
  );

  it.concurrent(
    'takes a log that begins anew for no fault',
    () =>
      withPair(async (pair) => {
        const { apps } = pair;
        const before = await arrived(apps[1]);
        await withClient(apps[0].database.url, (client) =>
          client.query('UPDATE event_log SET former = former || epoch, epoch = gen_random_uuid(), began_at = 0'),
        );
        await whileWriting(pair, async () => (await arrived(apps[1])) > before + 5, 'changes to be followed again');
        expect(await missed(pair)).toBe(0);
      }),
    90_000,
  );

  it.concurrent.each(Object.entries(FAULTS))(
    'finds it when %s',
    (_name, fault) =>
      withPair(async (pair) => {
        const { apps } = pair;
        const before = await staleFound(pair);
        const mend = fault(apps);
        await whileWriting(pair, async () => (await staleFound(pair)) > before, 'the fault to be found').finally(mend);
        const found = await Promise.all(apps.map((app) => app.request<{ parts: object }>('GET', '/health')));
        expect(found.map(({ body }) => body.parts)).toContainEqual(
          expect.objectContaining({ freshness: expect.objectContaining({ status: 'degraded' }) }),
        );
      }),
    90_000,
  );

  it.concurrent.each(Object.entries({ ...SOCKET_FAULTS, ...LASTING_FAULTS }))(
    'finds it when %s',
    (name, fault) =>
      withPair(async (pair) => {
        const { apps } = pair;
        apps[1].app.get(AuditTimes).arrivesWithin = SOON;
        // What the fault before is to blame for has been found by now.
        await sleep(SOON + 500);
        const before = await missed(pair);
        const mend = fault(apps);
        await whileWriting(pair, async () => (await missed(pair)) > before, 'the fault to be found').finally(mend);
        expect((await apps[1].request('GET', '/health')).body).toMatchObject({
          parts: { freshness: { status: 'degraded', detail: expect.stringContaining('socket') } },
        });
      }, name in LASTING_FAULTS),
    90_000,
  );
});
