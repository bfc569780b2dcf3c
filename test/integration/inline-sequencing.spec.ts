import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type pg from 'pg';
import type { InventoryEvent, NewInventoryEvent } from '../../src/contracts/index.js';
import { loadConfig } from '../../src/config/index.js';
import { EventsMetrics } from '../../src/events/events.metrics.js';
import { appendedWithPositions, reservePositions } from '../../src/events/log/append-events.sql.js';
import { PublishOrder } from '../../src/events/publisher/publish-order.js';
import type { AwaitInvalidated } from '../../src/events/commit/await-invalidated.js';
import { OrderedPublisher } from '../../src/events/publisher/ordered-publisher.js';
import { EventPublisher } from '../../src/events/publisher/event-publisher.js';
import { CacheInvalidation } from '../../src/events/invalidation/cache-invalidation.js';
import { FreshnessLease } from '../../src/events/invalidation/freshness-lease.js';
import { UnreachedCache } from '../../src/events/invalidation/unreached-cache.js';
import { InlineSequencing } from '../../src/events/commit/inline-sequencing.js';
import { isLockTimeout } from '../../src/database/index.js';
import { Metrics } from '../../src/infra/index.js';
import { startBridge, StoppedClock, type TestBridge } from '../support/bridge.js';
import { ChaosEventBus } from '../support/chaos-event-bus.js';
import { append, type Instance, sequenceAll, startTestLog, type TestLog } from '../support/event-log.js';
import { aNewEvent, contiguous, newEvents, positionsOf } from '../support/events.js';
import { waitFor } from '../support/processes.js';

Logger.overrideLogger(false);

/**
 * Takes a counter's next version, as a product's writer does, and appends the event; `$1` the event, `$2` its product.
 */
const NEXT_VERSION = {
  name: 'next-version',
  text: `
    WITH found AS MATERIALIZED (SELECT id, version FROM counters WHERE id = $2),
    changed AS (
      UPDATE counters c SET version = c.version + 1 FROM found WHERE c.id = found.id AND c.version = found.version
      RETURNING c.id, c.version
    ), taken AS MATERIALIZED (${reservePositions('changed', '$3')}
    ), appended AS (${appendedWithPositions(
      {
        values: {
          event_id: `($1::jsonb->>'eventId')::uuid`,
          event_type: `'price_changed'`,
          product_id: 'c.id',
          vendor_id: `'vnd_a'`,
          category: `'spices'`,
          version: 'c.version',
          changes: `'[]'`,
          product: `'{"basePrice":1,"unit":"kg","updatedAt":"2026-01-01T00:00:00.000Z"}'`,
          actor: `'vendor:vnd_a'`,
          cause: 'NULL',
          correlation_id: `'test'`,
          region: `'local'`,
          occurred_at: 'now()',
        },
        from: 'changed c',
        order: 'c.id',
      },
      '(SELECT after FROM taken)',
    )} RETURNING position)
    SELECT changed.version, position, pg_backend_pid() AS session FROM changed, appended`,
};

/** No cache is out of reach. */
const nothing = {} as AwaitInvalidated;

interface NextVersion extends pg.QueryResultRow {
  version: number;
  position: string | null;
  session: number;
}

/** G3 and G4 for events that get their positions as they are appended. */
describe('an append with positions', () => {
  let testLog: TestLog;
  let leader: Instance;
  let order: PublishOrder;
  let ordered: OrderedPublisher;
  let appends: InlineSequencing;
  let clock: StoppedClock;
  let bus: ChaosEventBus;
  let running: TestBridge;
  /** Answers of the cache that are held back, by event. */
  let gates: Map<string, Promise<void>>;
  let leases: number;
  /** Events that got their positions as they were appended. */
  let placed: number;
  /** PostgreSQL's processes that made them. */
  let sessions: Set<number>;

  beforeEach(async () => {
    testLog = await startTestLog();
    leader = testLog.instance();
    const { client, log } = testLog;
    await client.query('CREATE TABLE counters (id text PRIMARY KEY, version integer NOT NULL)');
    await client.query(`INSERT INTO counters SELECT 'prd_' || n, 0 FROM generate_series(1, 5) n`);
    gates = new Map();
    leases = 0;
    placed = 0;
    sessions = new Set();
    const invalidation = new CacheInvalidation();
    invalidation.register({
      invalidate: async (events) => {
        for (const { eventId } of events) await gates.get(eventId);
        return true;
      },
      clear: () => Promise.resolve(true),
      renewLease: () => Promise.resolve((leases += 1) > 0),
    });
    clock = new StoppedClock();
    bus = new ChaosEventBus();
    running = await startBridge(bus, log, clock);
    const unreached = new UnreachedCache(loadConfig({}), invalidation, leader.leadership);
    const lease = new FreshnessLease(invalidation, leader.leadership, unreached, clock);
    const publisher = new EventPublisher(bus, running.bridge, log, new EventsMetrics(new Metrics(), log), clock);
    order = new PublishOrder();
    ordered = new OrderedPublisher(order, lease, publisher, unreached);
    appends = new InlineSequencing(leader.sequencer, order, ordered, invalidation, log);
    await leader.sequencer.sequence();
    await lease.keep(performance.now());
  });
  afterEach(async () => {
    running.stop();
    await testLog.close();
  });

  /**
   * As a writer would: with positions if they came along, else the event waits.
   * @param size of how many rows it pretends to be: one of many goes over the main connection, the next one over the
   *   second
   * @returns the version, or that the race was lost
   */
  async function write(event: NewInventoryEvent, size = 1): Promise<number | undefined> {
    const values = [JSON.stringify(event), event.productId];
    const sent = await appends.send<NextVersion>(NEXT_VERSION, values, size);
    if (!sent) throw new Error('not sent');
    try {
      const row = (await sent.rows())?.[0];
      if (row) sessions.add(row.session);
      if (row?.position) placed += 1;
      if (row?.position) {
        await sent.finalize(Number(row.position) - 1, [{ ...event, version: row.version }], nothing);
      }
      return row?.version;
    } finally {
      sent.end();
    }
  }

  /** The same as another instance does it. */
  async function writeElsewhere(client: pg.Client, productId: string): Promise<void> {
    const { rows } = await client.query<{ version: number }>(
      'UPDATE counters SET version = version + 1 WHERE id = $1 RETURNING version',
      [productId],
    );
    await append(client, [aNewEvent({ productId, version: rows[0]!.version })]);
  }

  const logged = (): Promise<InventoryEvent[]> => testLog.log.read(0, 10_000);
  const sequenceInTurn = async (): Promise<void> => {
    const ticket = order.enter();
    const events = (await leader.sequencer.sequence()) ?? [];
    if (events.length === 0) return ticket.end();
    ticket.numbered(events[0]!.position - 1, events.at(-1)!.position);
    await ordered.publish(ticket, events);
  };

  it('commits change, event and position together', async () => {
    await Promise.all(['prd_1', 'prd_2', 'prd_3'].map((productId) => write(aNewEvent({ productId }))));
    const { rows } = await testLog.client.query(
      'SELECT FROM inventory_events e JOIN counters c ON c.id = e.product_id AND c.xmin = e.xmin WHERE position IS NOT NULL',
    );
    expect(rows).toHaveLength(3);
    expect(running.delivered.map(({ eventId, position }) => [eventId, position])).toEqual(
      (await logged()).map(({ eventId, position }) => [eventId, position]),
    );
  });

  it('leaves no hole where a statement fails', async () => {
    await write(aNewEvent({ productId: 'prd_1' }));
    await expect(write(aNewEvent({ productId: 'prd_2', eventId: 'not a uuid' }))).rejects.toThrow('uuid');
    await write(aNewEvent({ productId: 'prd_1' }));
    expect(positionsOf(await logged())).toEqual([1, 2]);
    await waitFor(() => running.delivered.length === 2, { what: 'both to be announced' });
  });

  it('passes no event that waits for its position', async () => {
    await writeElsewhere(testLog.client, 'prd_1');
    const [mine, other] = [aNewEvent({ productId: 'prd_1' }), aNewEvent({ productId: 'prd_2' })];
    expect([await write(mine), await write(other)]).toEqual([2, 1]);
    expect(await logged()).toEqual([]);
    await sequenceAll(leader);
    expect((await logged()).map(({ productId, version }) => [productId, version])).toEqual([
      ['prd_1', 1],
      ['prd_1', 2],
      ['prd_2', 1],
    ]);
  });

  it.each([
    ['one connection', 1],
    ['two connections', 1_000],
  ])('keeps each product in order while other instances write, linger and roll back (%s)', async (_, size) => {
    const others = await Promise.all(Array.from({ length: 4 }, () => testLog.connect()));
    const products = ['prd_1', 'prd_2', 'prd_3', 'prd_4', 'prd_5'];
    let open = true;
    const sequencing = (async () => {
      while (open) {
        await sequenceInTurn();
        // As the relay does, or PostgreSQL ends the connection that is not used.
        await leader.sequencer.maintain();
      }
    })();
    let won = 0;
    const own = (async () => {
      for (let round = 0; round < 300; round += 1) {
        const events = products.slice(0, 2 + (round % 2)).map((productId) => aNewEvent({ productId }));
        won += (await Promise.all(events.map((event) => write(event, size)))).filter(
          (version) => version !== undefined,
        ).length;
      }
    })();
    let elsewhere = 0;
    await Promise.all(
      others.map(async (client, writer) => {
        for (let round = 0; round < 40; round += 1) {
          await client.query('BEGIN');
          await writeElsewhere(client, products[(writer + round) % products.length]!);
          if (round % 4 === writer) await client.query('SELECT pg_sleep(0.01)');
          const kept = round % 5 !== 4;
          await client.query(kept ? 'COMMIT' : 'ROLLBACK');
          elsewhere += Number(kept);
        }
      }),
    );
    await own;
    open = false;
    await sequencing;
    await sequenceInTurn();

    const events = await logged();
    expect(positionsOf(events)).toEqual(contiguous(0, won + elsewhere));
    for (const id of products) {
      const versions = events.filter(({ productId }) => productId === id).map(({ version }) => version);
      expect([id, versions]).toEqual([id, contiguous(0, versions.length)]);
    }
    expect(sessions.size).toBe(size === 1 ? 1 : 2);
    // Some went either way, and all were announced in their order without a look into the log.
    expect(placed).toBeGreaterThan(0);
    expect(placed).toBeLessThan(won);
    expect(positionsOf(running.delivered)).toEqual(positionsOf(events));
    expect(await running.repairs()).toBe(0);
  });

  it('gives positions on both connections at once, and announces in their order', async () => {
    const products = ['prd_1', 'prd_2', 'prd_3', 'prd_4', 'prd_5'];
    const versions: (number | undefined)[] = [];
    await Promise.all(
      products.map(async (productId) => {
        for (let round = 0; round < 200; round += 1) versions.push(await write(aNewEvent({ productId }), 1_000));
      }),
    );
    expect(versions).not.toContain(undefined);
    expect([placed, sessions.size]).toEqual([1_000, 2]);
    const events = await logged();
    expect(positionsOf(events)).toEqual(contiguous(0, 1_000));
    for (const id of products) {
      expect(events.filter(({ productId }) => productId === id).map(({ version }) => version)).toEqual(
        contiguous(0, 200),
      );
    }
    expect(positionsOf(running.delivered)).toEqual(contiguous(0, 1_000));
    expect(await running.repairs()).toBe(0);
  });

  it.each(['an append', 'the sequencer'])('%s sees what the other connection has committed meanwhile', async (who) => {
    // Keeps the positions as a statement of the other connection does, which then commits.
    const other = await testLog.connect();
    await other.query('BEGIN');
    const [seq] = await append(other, newEvents(1));
    await other.query('UPDATE inventory_events SET position = lock_positions() + 1 WHERE seq = $1', [seq]);
    if (who === 'the sequencer') await append(testLog.client, newEvents(1));
    const event = aNewEvent({ productId: 'prd_1' });
    const working = who === 'the sequencer' ? sequenceInTurn() : write(event);
    // On a slow machine it may not wait for as long as that takes.
    working.catch(() => undefined);
    await waitFor(
      async () => {
        const { rows } = await testLog.client.query(`SELECT FROM pg_locks WHERE NOT granted AND locktype = 'advisory'`);
        return rows.length > 0;
      },
      { what: 'the statement to wait', everyMs: 2 },
    );
    await other.query('COMMIT');
    const outcome = await working.catch((error: unknown) => {
      if (!isLockTimeout(error)) throw error;
      return sequenceInTurn();
    });
    if (who === 'an append' && outcome === undefined) await write(event);
    expect(positionsOf(await logged())).toEqual([1, 2]);
  });

  it('announces in the order of positions, whichever cache answers first', async () => {
    const [first, second] = [aNewEvent({ productId: 'prd_1' }), aNewEvent({ productId: 'prd_2' })];
    let openGate = (): void => undefined;
    gates.set(first.eventId, new Promise((resolve) => (openGate = resolve)));
    const writing = [write(first), write(second)];
    // The second needn't wait for the first one to be done, only to be announced.
    await writing[1];
    await append(testLog.client, newEvents(1));
    const sequencing = sequenceInTurn();
    await waitFor(async () => (await logged()).length === 3, { what: 'all to have positions' });
    expect(running.delivered).toEqual([]);
    openGate();
    await Promise.all([...writing, sequencing]);
    expect(positionsOf(running.delivered)).toEqual([1, 2, 3]);
    expect(await running.repairs()).toBe(0);
  });

  it('lets nobody vouch for caches, nor tell how far the log reaches, while an event is not invalidated', async () => {
    const heads: number[] = [];
    bus.subscribe((message) => message.kind === 'heartbeat' && heads.push(message.head.position));
    const event = aNewEvent({ productId: 'prd_1' });
    let openGate = (): void => undefined;
    gates.set(event.eventId, new Promise((resolve) => (openGate = resolve)));
    const writing = write(event);
    clock.time += 2_000;
    const before = leases;
    const upkeep = ordered.keepUp(performance.now(), () => leader.sequencer.lastPosition());
    await waitFor(async () => (await logged()).length === 1, { what: 'the event to have a position' });
    expect([leases - before, heads]).toEqual([0, []]);
    // Meanwhile nothing gets in that would have to be waited for as well; it waits a little.
    const other = write(aNewEvent({ productId: 'prd_2' }));
    openGate();
    await Promise.all([writing, upkeep]);
    expect([leases - before, heads]).toEqual([1, [1]]);
    expect(await other).toBe(1);
    expect(positionsOf(await logged())).toEqual([1, 2]);
  });

  it('waits for no row that somebody keeps locked', async () => {
    const other = await testLog.connect();
    await other.query('BEGIN');
    await other.query(`UPDATE counters SET version = version WHERE id = 'prd_1'`);
    let waiting = true;
    const blocked = write(aNewEvent({ productId: 'prd_1' }), 1_000).finally(() => (waiting = false));
    // Nor does the other connection: positions are locked when all rows are.
    expect(await write(aNewEvent({ productId: 'prd_2' }), 1_000)).toBe(1);
    expect(waiting).toBe(true);
    await append(testLog.client, newEvents(1));
    const sequenced = await leader.sequencer.sequence();
    expect(sequenced).toHaveLength(1);
    expect(await blocked).toBeUndefined();
    expect(leader.leadership.held).toBe(true);
    await other.query('ROLLBACK');
    expect(await write(aNewEvent({ productId: 'prd_1' }))).toBe(1);
  });

  it('is not for a time of backlog, nor of a cache that hangs, nor for instances that do not lead', async () => {
    const event = aNewEvent({ productId: 'prd_1' });
    const send = () => appends.send(NEXT_VERSION, [JSON.stringify(event), event.productId], 1);
    for (const takesLong of [true, false]) {
      let open = (): void => undefined;
      const gate = new Promise<void>((resolve) => (open = resolve));
      const alone = order.whenOver(() => gate, takesLong);
      expect(await send()).toBeUndefined();
      open();
      await alone;
    }
    await leader.leadership.release();
    expect(await send()).toBeUndefined();
    expect(await logged()).toEqual([]);
  });
});
