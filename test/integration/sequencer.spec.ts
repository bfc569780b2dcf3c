import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { append, type Instance, sequenceAll, startTestLog, type TestLog } from '../support/event-log.js';
import { waitFor } from '../support/processes.js';
import { aNewEvent, contiguous, newEvents, positionsOf } from '../support/events.js';

Logger.overrideLogger(false);

/** G4: one total order with no holes; per product the order of its versions. */
describe('the sequencer', () => {
  let log: TestLog;
  let leader: Instance;

  beforeEach(async () => {
    log = await startTestLog();
    leader = log.instance();
  });
  afterEach(() => log.close());

  it('skips nothing when transactions commit in another order than they began', async () => {
    const slow = await log.connect();
    await slow.query('BEGIN');
    const [first] = await append(slow, [aNewEvent({ productId: 'prd_slow' })]);
    const [second] = await append(log.client, [aNewEvent({ productId: 'prd_quick' })]);
    expect(first).toBeLessThan(second!);

    expect((await sequenceAll(leader)).map(({ productId }) => productId)).toEqual(['prd_quick']);
    await slow.query('COMMIT');
    expect((await sequenceAll(leader)).map(({ productId }) => productId)).toEqual(['prd_slow']);
    expect(positionsOf(await log.log.read(0, 10))).toEqual([1, 2]);
  });

  it('leaves no hole where a transaction was rolled back, nor where one failed', async () => {
    const failing = await log.connect();
    await append(log.client, [aNewEvent()]);
    await failing.query('BEGIN');
    await append(failing, newEvents(3));
    await append(log.client, [aNewEvent()]);
    await failing.query('ROLLBACK');
    await expect(append(failing, [aNewEvent({ eventId: 'not a uuid' })])).rejects.toThrow();
    await append(log.client, [aNewEvent()]);
    expect(positionsOf(await sequenceAll(leader))).toEqual([1, 2, 3]);
  });

  it.each(['number', 'sequence'] as const)(
    'leaves no hole where a row is changed by hand meanwhile (%s)',
    async (way) => {
      await leader.sequencer.sequence();
      const operator = await log.connect();
      await append(log.client, newEvents(3));
      await operator.query('BEGIN');
      await operator.query(`UPDATE inventory_events SET region = 'elsewhere' WHERE seq = 2`);
      const sequencing = leader.sequencer[way]().catch(() => undefined);
      const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      const held = async () => (await log.client.query(waits)).rowCount;
      await waitFor(held, { what: 'the sequencing to wait for the row' });
      await operator.query('COMMIT');
      await sequencing;
      await sequenceAll(leader);
      expect(positionsOf(await log.log.read(0, 10))).toEqual([1, 2, 3]);
    },
  );

  it('keeps the versions of each product in order while writers race and it runs', async () => {
    const [writers, rounds, products] = [6, 15, ['prd_a', 'prd_b', 'prd_c']];
    await log.client.query('CREATE TABLE counters (id text PRIMARY KEY, version integer NOT NULL)');
    for (const id of products) await log.client.query('INSERT INTO counters VALUES ($1, 0)', [id]);
    const clients = await Promise.all(Array.from({ length: writers }, () => log.connect()));
    let writing = true;
    const sequencing = (async () => {
      while (writing) await leader.sequencer.sequence();
    })();
    await Promise.all(
      clients.map(async (client, writer) => {
        for (let round = 0; round < rounds; round += 1) {
          const productId = products[(writer + round) % products.length]!;
          await client.query('BEGIN');
          const { rows } = await client.query<{ version: number }>(
            'UPDATE counters SET version = version + 1 WHERE id = $1 RETURNING version',
            [productId],
          );
          await append(client, [aNewEvent({ productId, version: rows[0]!.version })]);
          // Some linger, so that later numbers are committed before earlier ones.
          if (round % 3 === writer % 3) await client.query('SELECT pg_sleep(0.005)');
          await client.query(round % 5 === 4 ? 'ROLLBACK' : 'COMMIT');
        }
      }),
    );
    writing = false;
    await sequencing;
    await sequenceAll(leader);

    const committed = writers * (rounds - rounds / 5);
    const events = await log.log.read(0, 1_000);
    expect(positionsOf(events)).toEqual(contiguous(0, committed));
    for (const id of products) {
      const versions = events.filter(({ productId }) => productId === id).map(({ version }) => version);
      expect([id, versions]).toEqual([id, contiguous(0, versions.length)]);
      expect(await log.log.readProduct(id, 0, 1_000)).toEqual(events.filter(({ productId }) => productId === id));
    }
  });

  it('takes a backlog in batches and gives the events as they will be read', async () => {
    const count = 2_510;
    await append(log.client, newEvents(count));
    expect((await log.log.pending()).count).toBe(count);
    const first = (await leader.sequencer.sequence()) ?? [];
    expect(first.length).toBeGreaterThan(0);
    expect(first.length).toBeLessThan(count);
    expect(first).toEqual(await log.log.read(0, first.length));
    const rest = await sequenceAll(leader);
    expect(positionsOf([...first, ...rest])).toEqual(contiguous(0, count));
    expect(await leader.sequencer.sequence()).toEqual([]);
    expect(await log.log.pending()).toEqual({ count: 0, lastSeq: null });
  });
});
