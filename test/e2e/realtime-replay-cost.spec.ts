import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { performance } from 'node:perf_hooks';
import type { LogCursor } from '../../src/contracts/index.js';
import { EventLog } from '../../src/events/index.js';
import { SqlClient } from '../../src/database/index.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { positionsOf } from '../support/events.js';
import { categoryRoom, cursorOf, subscribe, vendorRoom } from '../support/recovery.js';
import { caughtUp, listen } from '../support/rooms.js';
import type { TestDatabase } from '../support/test-database.js';

/** Just within the distance that is searched. */
const EVENTS = 49_500;
const SOCKETS = 60;

/**
 * Copies of the one product's event, of vendors that nobody asks for; then the event again, with its category as a
 * former one.
 */
const FILL = [
  `INSERT INTO inventory_events (position, event_id, event_type, product_id, vendor_id, category, version, changes, product,
     correlation_id, region, occurred_at)
   SELECT 2 + i, gen_random_uuid(), 'price_changed', product_id, 'other', 'other', version, changes, product, correlation_id,
     region, occurred_at FROM inventory_events, generate_series(1, ${EVENTS}) AS i WHERE position = 2 ORDER BY i`,
  `UPDATE inventory_events SET vendor_id = 'found' WHERE position IN (12, 23456, ${EVENTS})`,
  `UPDATE inventory_events SET category = 'found-too' WHERE position = 12`,
  `UPDATE inventory_events SET event_type = 'product_updated',
     changes = '[{"field":"name","oldValue":"category"},{"field":"category","oldValue":"found-too","newValue":"other"}]'
   WHERE position = 34567`,
];

describe('clients that come back from far', () => {
  let database: TestDatabase;
  let app: TestApp;
  let since: LogCursor;

  beforeAll(async () => {
    database = await testDatabase();
    const first = await startApp({ database });
    const { id: vendorId } = await createVendor(first);
    await createProduct(first, { vendorId });
    const { epoch } = await cursorOf(first);
    for (const text of FILL) await first.app.get(SqlClient).query({ name: text.slice(0, 60) + text.length, text });
    await first.close();
    app = await startApp({ database });
    since = { epoch, position: 2 };
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('get the few events of their rooms, former categories included', async () => {
    const listener = await listen(app);
    const confirmed = await subscribe(listener, [vendorRoom('found'), categoryRoom('found-too')], since);
    expect(confirmed).toMatchObject([
      { recovered: true, replayed: 3 },
      { recovered: true, replayed: 2 },
    ]);
    await caughtUp(app, listener);
    expect(positionsOf(listener.seen)).toEqual([12, 23_456, 34_567, EVENTS]);
  });

  it('share what is read of the log, and leave the event loop to others', async () => {
    const log = app.app.get(EventLog);
    const readRooms = log.readRooms.bind(log);
    let [reads, underWay, most] = [0, 0, 0];
    log.readRooms = async (...slice) => {
      reads += 1;
      underWay += 1;
      most = Math.max(most, underWay);
      return readRooms(...slice).finally(() => (underWay -= 1));
    };
    const listeners = await Promise.all(Array.from({ length: SOCKETS }, () => listen(app)));
    const before = performance.eventLoopUtilization();
    const answers = await Promise.all(
      listeners.map((one, index) => subscribe(one, [vendorRoom(`nobody-${index}`)], since)),
    );
    const { active } = performance.eventLoopUtilization(before);
    log.readRooms = readRooms;
    expect(answers.flat()).toEqual(
      answers.flat().map((one) => expect.objectContaining({ ...one, recovered: true, replayed: 0 })),
    );
    expect(most).toBe(1);
    // Five slices, a few times over for those whose request came while the first was read.
    expect(reads).toBeLessThan(20);
    // Milliseconds for all of them, the clients' own work included; reading everything took a second for each.
    expect(active).toBeLessThan(5_000);
  });

  it('are told at once if the general room has had too many', async () => {
    const listener = await listen(app);
    const [confirmed] = await subscribe(listener, [{ type: 'general' }], since);
    expect(confirmed).toMatchObject({ recovered: false, reason: 'too_old', replayed: 0 });
  });
});
