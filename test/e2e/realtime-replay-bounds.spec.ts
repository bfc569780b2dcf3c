import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newEventId } from '../../src/events/log/inventory-event.js';
import { SqlClient } from '../../src/database/index.js';
import { startApp, type TestApp, testDatabase } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { positionsOf } from '../support/events.js';
import { changePrice, cursorOf, subscribe, vendorRoom } from '../support/recovery.js';
import { caughtUp, delivered, GENERAL, listen } from '../support/rooms.js';

describe('the bounds of what is sent again', () => {
  let app: TestApp;
  let vendorId: string;
  let product: string;

  beforeAll(async () => {
    app = await startApp({ env: { REPLAY_EVENTS: '5', REPLAY_BYTES: '8000' } });
    ({ id: vendorId } = await createVendor(app));
    ({ id: product } = await createProduct(app, { vendorId }));
  });
  afterAll(() => app.close());

  it('are events', async () => {
    const before = await cursorOf(app);
    for (let time = 0; time < 5; time += 1) await changePrice(app, product);
    const listener = await listen(app);
    expect(await subscribe(listener, [GENERAL], before)).toMatchObject([{ recovered: true, replayed: 5 }]);
    await changePrice(app, product);
    await delivered(app);

    const late = await listen(app);
    const [confirmed] = await subscribe(late, [GENERAL], before);
    expect(confirmed).toEqual({
      ...GENERAL,
      room: 'inventory:general',
      ...(await cursorOf(app)),
      recovered: false,
      replayed: 0,
      reason: 'too_old',
    });
    expect(late.seen).toEqual([]);
    // In the room all the same, from the confirmed position.
    await changePrice(app, product);
    await caughtUp(app, late);
    expect(positionsOf(late.seen)).toEqual([confirmed!.position + 1]);
    // Events of other rooms don't count.
    const elsewhere = await listen(app);
    expect(await subscribe(elsewhere, [vendorRoom('nobody')], before)).toMatchObject([{ recovered: true }]);
  });

  it('are bytes', async () => {
    const long = await createProduct(app, { vendorId, description: 'd'.repeat(2_000) });
    const before = await cursorOf(app);
    await changePrice(app, long.id);
    await changePrice(app, long.id);
    const listener = await listen(app);
    expect(await subscribe(listener, [GENERAL], before)).toMatchObject([{ recovered: true, replayed: 2 }]);
    await changePrice(app, long.id);
    await delivered(app);
    const late = await listen(app);
    expect(await subscribe(late, [GENERAL], before)).toMatchObject([{ recovered: false, reason: 'too_old' }]);
    expect(late.seen).toEqual([]);
  });

  it('are not asked of another log', async () => {
    const listener = await listen(app);
    expect(await subscribe(listener, [GENERAL], { epoch: newEventId(), position: 0 })).toMatchObject([
      { recovered: false, reason: 'epoch_changed', replayed: 0 },
    ]);
    const { epoch, position } = await cursorOf(app);
    const known = { epoch: epoch.toUpperCase(), position };
    expect(await subscribe(listener, [GENERAL], known)).toMatchObject([{ recovered: true, replayed: 0 }]);
  });

  it('are distance, where the log would be searched too long for a few events', async () => {
    const database = await testDatabase();
    const first = await startApp({ database });
    await createProduct(first);
    const { epoch } = await cursorOf(first);
    // The product's creation, behind its vendor's: as if 50,000 other events had come before it.
    const jump = { name: 'jump', text: 'UPDATE inventory_events SET position = 50001 WHERE position = 2' };
    await first.app.get(SqlClient).query(jump);
    await first.close();
    const busy = await startApp({ database });
    const listener = await listen(busy);
    const far = await subscribe(listener, [vendorRoom('nobody')], { epoch, position: 0 });
    expect(far).toMatchObject([{ recovered: false, reason: 'too_old', position: 50_001 }]);
    const near = await subscribe(listener, [vendorRoom('nobody')], { epoch, position: 1 });
    expect(near).toMatchObject([{ recovered: true, replayed: 0 }]);
    await busy.close();
    await database.drop();
  });
});
