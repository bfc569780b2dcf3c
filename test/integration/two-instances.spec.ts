import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Product } from '../../src/contracts/index.js';
import { PartitionClaims } from '../../src/consumers/partitions/partition-claims.js';
import { SqlClient } from '../../src/database/index.js';
import type { TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { contiguous, positionsOf } from '../support/events.js';
import { eventStats, type Instances, leads, startTwoInstances } from '../support/instances.js';
import { waitFor } from '../support/processes.js';
import { readLog } from '../support/reading.js';
import { caughtUp, GENERAL, listen, type Listener } from '../support/rooms.js';

/** G5: every instance delivers every event once, in order, whatever Redis does. */
describe('two instances', () => {
  let instances: Instances;
  let leader: TestApp;
  let follower: TestApp;
  let product: Product;
  let listeners: Listener[];
  /** The position before the first event the listeners are to see. */
  let start: number;
  let price = 0;

  beforeEach(async () => {
    instances = await startTwoInstances();
    ({ leader, follower } = instances);
    // A price no later change will have: a change to the same price is none.
    product = await createProduct(leader, { basePrice: 0 });
    start = (await readLog(leader)).at(-1)!.position;
    for (const app of [leader, follower]) {
      await waitFor(async () => (await eventStats(app)).deliveredPosition === start, { what: 'the first event' });
    }
    listeners = [await listen(leader, GENERAL), await listen(follower, GENERAL)];
  });
  afterEach(() => instances.close());

  const changePrice = async (app: TestApp): Promise<void> => {
    price += 1;
    const { status } = await app.request('PATCH', `/api/products/${product.id}`, { basePrice: price });
    expect(status).toBe(200);
  };
  /** Makes one change and gives the milliseconds until all of `who` have been told. */
  const toldAfter = async (app: TestApp, who: Listener[] = listeners): Promise<number> => {
    const counts = who.map(({ seen }) => seen.length);
    await changePrice(app);
    const began = Date.now();
    await waitFor(() => who.every(({ seen }, index) => seen.length > counts[index]!), {
      everyMs: 5,
      what: 'the notifications',
    });
    return Date.now() - began;
  };
  /** All of `who` have seen every event since the start, once and in order, as the log has them. */
  const sawAll = async (app: TestApp, who: Listener[] = listeners): Promise<void> => {
    const log = await readLog(app);
    expect(positionsOf(log)).toEqual(contiguous(0, log.length));
    const expected = log.slice(start);
    for (const { seen } of who) {
      await waitFor(() => seen.length >= expected.length, { what: `all ${expected.length} events` });
      expect(seen).toEqual(expected);
    }
  };

  it('notify each other’s sockets at once, whichever is written to and whichever leads', async () => {
    const times: number[] = [];
    for (let time = 0; time < 10; time += 1) times.push(await toldAfter(time % 2 === 0 ? leader : follower));
    // The median: a wake over the bus, not a poll, which takes up to half a second.
    expect(times.sort((a, b) => a - b)[5]).toBeLessThan(100);
    await Promise.all(contiguous(0, 40).map((time) => changePrice(time % 2 === 0 ? leader : follower)));
    await sawAll(follower);
    for (const [index, app] of [leader, follower].entries()) {
      await caughtUp(app, listeners[index]!);
      expect((await eventStats(app)).delivered.byType.price_changed).toBe(50);
    }
    await sawAll(leader);
  });

  it('lose nothing when the leader ends while others write', async () => {
    let writing = true;
    const writer = (async () => {
      while (writing) await changePrice(follower);
    })();
    await waitFor(() => listeners.every(({ seen }) => seen.length >= 10), { what: 'some events' });
    await instances.stop(leader);
    await leads(follower);
    const here = listeners[1]!;
    const { length } = here.seen;
    await waitFor(() => here.seen.length >= length + 10, { what: 'events under the new leader' });
    const newcomer = await instances.start();
    const joined = await listen(newcomer, GENERAL);
    await waitFor(() => joined.seen.length >= 10, { what: 'events at a new instance' });
    writing = false;
    await writer;
    await sawAll(follower, [here]);
    await waitFor(() => joined.seen.at(-1)?.position === here.seen.at(-1)?.position, { what: 'the newcomer' });
    const first = joined.seen[0]!.position;
    expect(joined.seen).toEqual(here.seen.filter(({ position }) => position >= first));
  });

  it('go on within two seconds when Redis dies, and heal when it is back', async () => {
    await toldAfter(follower);
    await instances.killRedis();
    for (const app of [follower, leader, follower]) expect(await toldAfter(app)).toBeLessThan(2_000);
    expect((await eventStats(follower)).busConnected).toBe(false);

    await instances.restartRedis();
    for (const app of [leader, follower]) {
      await waitFor(async () => (await eventStats(app)).busConnected, { timeoutMs: 5_000, what: 'the reconnection' });
    }
    // Until the first heartbeat both may still be polling, which is no slower.
    await toldAfter(follower);
    expect(await toldAfter(leader)).toBeLessThan(500);
    await sawAll(follower);
  });

  it('go on within two seconds when Redis hangs, and heal when it answers', async () => {
    await toldAfter(follower);
    await instances.redis.pause();
    for (const app of [leader, follower]) {
      const counts = listeners.map(({ seen }) => seen.length);
      const began = Date.now();
      void changePrice(app);
      await waitFor(() => listeners.every(({ seen }, index) => seen.length > counts[index]!), {
        what: 'the notifications',
      });
      expect(Date.now() - began).toBeLessThan(2_500);
    }
    await instances.redis.resume();
    await waitFor(async () => (await toldAfter(leader)) < 200, { timeoutMs: 5_000, what: 'the bus to carry again' });
    await sawAll(follower);
  });

  it('lead again after PostgreSQL has cut the leader off', async () => {
    const admin = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND application_name = 'mandi-inventory-sync relay'`;
    await toldAfter(follower);
    await leader.app.get(SqlClient).query({ name: 'cut-off', text: admin });
    for (const app of [leader, follower]) await toldAfter(app);
    const leading = await Promise.all([leader, follower].map(async (app) => (await eventStats(app)).leader));
    expect(leading.filter(Boolean)).toHaveLength(1);
    await sawAll(leader);
  });

  it('know of each other, so that what one feeds rests no longer than a reader of the other one waits', async () => {
    const claims = [leader, follower].map((app) => app.app.get(PartitionClaims));
    await waitFor(() => claims.every(({ alone }) => !alone), { what: 'both to be known' });
    await follower.close();
    await waitFor(() => claims[0]!.alone, { what: 'the other one to be gone' });
  });
});
