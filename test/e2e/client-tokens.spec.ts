import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { signAccessToken } from '../../src/auth/index.js';
import type { InventoryClient, InventoryClientOptions } from '../../src/client/index.js';
import type { Product } from '../../src/contracts/index.js';
import { Sessions } from '../../src/realtime/sessions/sessions.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct } from '../support/builders.js';
import { breakConnections, quickClient } from '../support/clients.js';
import { waitFor } from '../support/processes.js';
import { JWT_SECRET } from '../support/tokens.js';

const sign = (expires: string): Promise<string> => signAccessToken({ role: 'admin' }, JWT_SECRET, expires);

describe('a token of the client library', () => {
  let app: TestApp;
  let product: Product;
  let expired: string;
  let valid: string;
  let client: InventoryClient;
  let errors: Error[];
  /** What the source was called with. */
  let calls: (string | undefined)[];

  beforeAll(async () => {
    app = await startApp();
    product = await createProduct(app);
    [expired, valid] = await Promise.all([sign('-1m'), sign('1h')]);
  });
  afterAll(() => app.close());
  afterEach(() => client.close());

  const connect = (token: InventoryClientOptions['token'], more: Partial<InventoryClientOptions> = {}): void => {
    [errors, calls] = [[], []];
    client = quickClient(app.url, { ...(token !== undefined && { token }), ...more });
    client.on('error', (error) => void errors.push(error));
  };
  /** Gives the first token until it is refused. */
  const source =
    (first: string, next: string) =>
    (refused?: string): Promise<string> => {
      calls.push(refused);
      return Promise.resolve(refused === first ? next : first);
    };
  const connected = () => waitFor(() => client.connected, { what: 'the connection' });
  const principals = () =>
    [...app.app.get(Sessions)].map(({ socket }) => (socket.data as { principal: unknown }).principal);

  it('may be renewed by a function, for requests and for the connection', async () => {
    connect(source(expired, valid));
    await client.subscribe({ type: 'general' }, () => undefined).ready;
    expect(principals()).toMatchObject([{ role: 'admin' }]);
    const { basePrice } = await client.products.update(product.id, { basePrice: 17 });
    expect(basePrice).toBe(17);
    expect([calls.filter((refused) => refused === expired).length > 0, errors]).toEqual([true, []]);
  });

  it('is renewed for a write, once for many that are refused at a time', async () => {
    // Nothing asks but the writes.
    connect(source(expired, valid), { socketOptions: { autoConnect: false } });
    const written = await Promise.all(
      [21, 22, 23].map((basePrice) => client.products.update(product.id, { basePrice })),
    );
    expect(written.map(({ basePrice }) => basePrice)).toEqual([21, 22, 23]);
    expect([calls, errors]).toEqual([[undefined, expired], []]);
  });

  it('is asked for again at each connection', async () => {
    connect(source(valid, valid));
    await connected();
    expect(calls).toEqual([undefined]);
    breakConnections(app);
    await waitFor(() => calls.length === 2, { what: 'the token of the next one' });
    await connected();
    expect(errors).toEqual([]);
  });

  it.each([
    ['that has expired', () => expired],
    ['that is no token', () => 'nonsense'],
    ['of a function that has no better one', () => () => expired],
    ['of a function that fails', () => () => Promise.reject(new Error('signed out'))],
    ['of a function that has none', () => () => undefined],
  ])('%s still lets the client read', async (_name, token) => {
    connect(token());
    const changed: string[] = [];
    const search = client.liveSearch({ vendorId: product.vendorId }, (page) => void changed.push(page.items[0]!.unit), {
      interval: 1,
    });
    await waitFor(() => search.status === 'live', { what: 'the live search' });
    expect(await client.products.get(product.id)).toMatchObject({ id: product.id });
    await app.request('PATCH', `/api/products/${product.id}`, { unit: `unit ${changed[0]}` });
    await waitFor(() => changed.length === 2, { what: 'the change' });
    expect(principals()).toEqual([null]);
    await expect(client.products.update(product.id, { basePrice: 3 })).rejects.toMatchObject({
      code: 'unauthorized',
      status: 401,
    });
    for (const { message } of errors)
      expect(message).toMatch(/^The token was refused: reading without one$|^signed out$/);
  });

  it('that was refused once is used again when there is a new one', async () => {
    let current = expired;
    connect(() => current);
    expect(await client.products.get(product.id)).toMatchObject({ id: product.id });
    await expect(client.products.update(product.id, { basePrice: 4 })).rejects.toMatchObject({ status: 401 });
    current = valid;
    expect(await client.products.update(product.id, { basePrice: 5 })).toMatchObject({ basePrice: 5 });
    expect(errors).toMatchObject([{ code: 'unauthorized' }]);
  });
});
