import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { LowWaterMark } from '../../src/events/sequencer/low-water-mark.js';
import { append, type Instance, sequenceAll, startTestLog, type TestLog } from '../support/event-log.js';
import { aNewEvent, newEvents } from '../support/events.js';
import { waitFor } from '../support/processes.js';

describe('where the queue of events without position begins', () => {
  let log: TestLog;
  let leader: Instance;
  let connection: pg.Client;
  let now: number;
  let mark: LowWaterMark;

  beforeEach(async () => {
    log = await startTestLog();
    leader = log.instance();
    connection = await log.connect();
    now = 0;
    mark = new LowWaterMark(() => now, 10);
  });
  afterEach(() => log.close());

  /** Everything committed gets its position, then a look. */
  async function pass(milliseconds = 10): Promise<number> {
    await sequenceAll(leader);
    mark.caughtUp();
    now += milliseconds;
    await mark.raise(connection);
    mark.caughtUp();
    return mark.value;
  }

  async function passes(count: number): Promise<number> {
    for (let one = 1; one < count; one += 1) await pass();
    return pass();
  }

  /** Not after a number of passes: other transactions of this database that write to the log hold it up as well. */
  const risesTo = (seq: number) =>
    waitFor(async () => (await pass()) >= seq, { what: `the mark to rise to ${seq}, it is at ${mark.value}` });

  it('rises to the last number once all who could have drawn a lower one have ended', async () => {
    const seqs = await append(log.client, newEvents(5));
    expect(await passes(2)).toBe(0);
    await risesTo(seqs.at(-1)!);
    const [later] = await append(log.client, [aNewEvent()]);
    await risesTo(later!);
    expect(mark.value).toBe(later);
  });

  it('stays below the number of a transaction that is open, however long', async () => {
    const slow = await log.connect();
    await append(log.client, newEvents(3));
    await slow.query('BEGIN');
    const [drawn] = await append(slow, [aNewEvent({ productId: 'prd_slow' })]);
    for (let round = 0; round < 8; round += 1) {
      await append(log.client, newEvents(3));
      expect(await pass()).toBeLessThan(drawn!);
    }
    await slow.query('COMMIT');
    expect((await sequenceAll(leader)).map(({ productId }) => productId)).toEqual(['prd_slow']);
    await risesTo(drawn! + 1);
  });

  it('stays below a number drawn by a transaction that has written nothing yet when it is looked at', async () => {
    const slow = await log.connect();
    await append(log.client, newEvents(3));
    await slow.query('BEGIN');
    const { rows } = await slow.query<{ seq: string }>("SELECT nextval('inventory_events_seq_seq') AS seq");
    await pass();
    await slow.query('SELECT pg_current_xact_id()');
    expect(await passes(5)).toBeLessThan(Number(rows[0]!.seq));
    await slow.query('COMMIT');
    await risesTo(Number(rows[0]!.seq));
  });

  it('is not held up by a transaction that has nothing to do with the log, however long it is open', async () => {
    const forgotten = await log.connect();
    await forgotten.query('BEGIN; SELECT pg_current_xact_id(); CREATE TABLE something_else (id integer)');
    const seqs = await append(log.client, newEvents(5));
    await risesTo(seqs.at(-1)!);
    await forgotten.query('ROLLBACK');
  });

  it('stays below a number whose savepoint was rolled back, while its transaction is open', async () => {
    const slow = await log.connect();
    await append(log.client, newEvents(3));
    await slow.query('BEGIN; SAVEPOINT part');
    const { rows } = await slow.query<{ seq: string }>("SELECT nextval('inventory_events_seq_seq') AS seq");
    await slow.query('ROLLBACK TO part');
    expect(await passes(5)).toBeLessThan(Number(rows[0]!.seq));
    await slow.query('COMMIT');
    await risesTo(Number(rows[0]!.seq));
  });

  it('names the session that holds it up, once', async () => {
    const warnings: string[] = [];
    mark = new LowWaterMark(
      () => now,
      10,
      (message) => warnings.push(message),
    );
    const slow = await log.connect();
    await slow.query("SET application_name = 'a forgotten console'");
    await slow.query('BEGIN');
    await append(slow, [aNewEvent()]);
    const { rows } = await slow.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    for (let round = 0; round < 4; round += 1) await pass(6_000);
    expect(warnings).toEqual([expect.stringMatching(`sessions ${rows[0]!.pid} \\(a forgotten console, idle in trans`)]);
    await slow.query('ROLLBACK');
  });

  it('does not rise while a scan leaves something behind', async () => {
    const [first] = await append(log.client, newEvents(5));
    for (let round = 0; round < 5; round += 1) {
      now += 10;
      await mark.raise(connection);
    }
    expect(mark.value).toBe(0);
    await risesTo(first!);
  });

  it('is forgotten once a minute', async () => {
    const [first] = await append(log.client, newEvents(5));
    await risesTo(first!);
    now += 60_000;
    await mark.raise(connection);
    expect(mark.value).toBe(0);
    expect(await pass()).toBeGreaterThanOrEqual(first!);
  });

  it('lets a leader find what a slow transaction commits after many looks', async () => {
    const slow = await log.connect();
    await slow.query('BEGIN');
    await append(slow, [aNewEvent({ productId: 'prd_slow' })]);
    const until = performance.now() + 2_500;
    while (performance.now() < until) {
      await append(log.client, newEvents(2));
      await leader.sequencer.sequence();
    }
    await slow.query('COMMIT');
    const found = await sequenceAll(leader);
    expect(found.map(({ productId }) => productId)).toContain('prd_slow');
    expect((await log.log.pending()).count).toBe(0);
  });
});
