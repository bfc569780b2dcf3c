import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { waitFor } from '../support/processes.js';

describe('GET /realtime/stats', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const stats = async () => (await app.request('GET', '/api/realtime/stats')).body;

  it('counts connections and subscriptions, up and down', async () => {
    expect(await stats()).toMatchObject({ connections: 0, subscriptions: { total: 0 } });
    const [one, two] = [await app.connect(), await app.connect()];
    await one.emitWithAck('subscribe_inventory', { type: 'general' });
    await two.emitWithAck('subscribe_inventory', { type: 'general' });
    await two.emitWithAck('subscribe_inventory', { type: 'category', category: 'fruits' });
    expect(await stats()).toMatchObject({
      connections: 2,
      subscriptions: { general: 2, category: 1, vendor: 0, total: 3 },
    });

    await one.emitWithAck('unsubscribe_inventory', { type: 'general' });
    expect(await stats()).toMatchObject({ connections: 2, subscriptions: { general: 1, total: 2 } });
    two.disconnect();
    await waitFor(async () => (await stats()).connections === 1, { what: 'the disconnection' });
    expect(await stats()).toMatchObject({ subscriptions: { total: 0 } });
  });

  it('says how far the rooms have been brought', async () => {
    const { vendorId } = await createProduct(app);
    const { body } = await app.request<{ epoch: string; lastPosition: number }>(
      'GET',
      `/api/events?vendorId=${vendorId}`,
    );
    await waitFor(async () => (await stats()).cursor, { what: 'the cursor' });
    await waitFor(async () => ((await stats()).cursor as { position: number }).position === body.lastPosition, {
      what: 'the delivery',
    });
    expect(await stats()).toMatchObject({ cursor: { epoch: body.epoch, position: body.lastPosition } });
  });
});
