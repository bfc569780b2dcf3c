import { once } from 'node:events';
import { createServer, type RequestListener, type Server as HttpServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type DemoProduct, loadProducts } from './demo-catalogue.js';
import { play } from './demo-play.js';

let listening: HttpServer | undefined;

async function serve(handler: RequestListener) {
  listening = createServer(handler).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  return { url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`, token: undefined };
}

afterEach(() => {
  listening?.closeAllConnections();
  listening?.close();
  listening = undefined;
});

const product = (id: string): DemoProduct => ({
  id,
  name: 'Tomato',
  market: 'Azadpur',
  startPrice: 100,
  price: 100,
  availability: 'available',
});

describe('loadProducts', () => {
  it('follows the cursor to the last page and leaves out what has no price', async () => {
    const asked: (string | null)[] = [];
    const server = await serve((request, response) => {
      const cursor = new URL(request.url ?? '', 'http://stub').searchParams.get('cursor');
      asked.push(cursor);
      const item = (n: number) => ({ id: `prd_${n}`, name: 'Onion', basePrice: n, availability: 'limited' });
      const page =
        cursor === null ? { items: [item(0), item(1)], nextCursor: 'c+/=' } : { items: [item(2)], nextCursor: null };
      response.end(JSON.stringify(page));
    });
    expect((await loadProducts(server)).map(({ id }) => id)).toEqual(['prd_1', 'prd_2']);
    expect(asked).toEqual([null, 'c+/=']);
  });

  it('says that there are none', async () => {
    const server = await serve((_request, response) => response.end('{"items":[],"nextCursor":null}'));
    await expect(loadProducts(server)).rejects.toThrow('has no products yet');
  });
});

describe('play', () => {
  it('changes products, counts what fails, and ends when every product is gone', async () => {
    const asked: string[] = [];
    const server = await serve((request, response) => {
      void json(request).then((body) => {
        asked.push(`${request.method} ${request.url} ${Object.keys(body as object).join()}`);
        const status = asked.length === 1 ? 503 : asked.length < 5 ? 200 : 404;
        response.writeHead(status).end(JSON.stringify(status === 200 ? body : { title: 'stub' }));
      });
    });
    const lines: string[] = [];
    const tally = await play(
      server,
      [product('prd_1')],
      { rate: 200, random: () => 0.5, print: (line) => lines.push(line), printError: (line) => lines.push(line) },
      new AbortController().signal,
    );
    expect(tally).toMatchObject({ prices: 3, availabilities: 0 });
    expect([...tally.errors.values()]).toEqual([1, 1]);
    expect(new Set(asked)).toEqual(new Set(['PATCH /api/products/prd_1 basePrice']));
    expect(lines[1]).toBe('       ₹100.00 → ₹97.00          Tomato · Azadpur');
  });

  it('keeps to the rate and stops when told', async () => {
    let requests = 0;
    const server = await serve((request, response) => {
      requests++;
      request.resume();
      response.end('{}');
    });
    const startedAt = performance.now();
    const products = Array.from({ length: 50 }, (_, n) => product(`prd_${n}`));
    const options = { rate: 40, random: Math.random, print: () => undefined, printError: () => undefined };
    await play(server, products, options, AbortSignal.timeout(500));
    const seconds = (performance.now() - startedAt) / 1000;
    expect(requests).toBeGreaterThan(0);
    expect(requests).toBeLessThanOrEqual(seconds * 40 + 2);
  });
});
