import { request as httpRequest } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { watchFastPath } from '../support/fast-path.js';

interface Raw {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

const DECODERS: Record<string, (body: Buffer) => Buffer> = { br: brotliDecompressSync, gzip: gunzipSync };
const decoded = ({ headers, body }: Raw): string =>
  (DECODERS[String(headers['content-encoding'])]?.(body) ?? body).toString();

describe('compressed answers', () => {
  let app: TestApp;
  let authorization: string;
  let productId: string;
  const PAGE = '/api/products/search?q=onion&limit=20&sort=newest';

  beforeAll(async () => {
    app = await startApp();
    authorization = await app.token({ role: 'admin' });
    const vendor = await createVendor(app, { name: 'Ramesh' });
    await Promise.all(
      Array.from({ length: 60 }, (_none, nth) =>
        createProduct(app, { vendorId: vendor.id, name: `Onion ${nth}`, description: 'red '.repeat(300) }),
      ),
    );
    const { items } = JSON.parse(decoded(await ask(PAGE))) as { items: { id: string }[] };
    productId = items[0]!.id;
  });
  afterAll(() => app.close());

  /** With exactly these headers; nothing is decompressed. */
  function ask(path: string, headers: Record<string, string> = {}, method = 'GET', content?: string): Promise<Raw> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(`${app.url}${path}`, { method, headers: { authorization, ...headers } }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part)).on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(parts) }),
        );
      });
      request.on('error', reject).end(content);
    });
  }

  it.each([
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip;q=0.1', 'gzip'],
  ])('of a search, as %s asks for, are the very page', async (accepted, encoding) => {
    const plain = await ask(PAGE);
    expect(plain.headers['content-encoding']).toBeUndefined();
    const fast = watchFastPath(app);
    for (const url of [PAGE, `${PAGE}&`, PAGE.replace('/api', '/%61pi')]) {
      const packed = await ask(url, { 'accept-encoding': accepted });
      expect(packed.status).toBe(200);
      expect(packed.headers['content-encoding']).toBe(encoding);
      expect(packed.headers['content-length']).toBe(String(packed.body.length));
      expect(packed.headers['vary']).toBe('Accept-Language, Accept-Encoding');
      expect(packed.headers['etag']).toBe(`W/${String(plain.headers['etag'])}`);
      expect(packed.body.length).toBeLessThan(plain.body.length / 4);
      expect(decoded(packed)).toBe(plain.body.toString());
    }
    expect(fast.taken).toBeGreaterThan(0);
  });

  it('are the page also where it is long', async () => {
    const url = '/api/products/search?q=onion&limit=60&sort=newest';
    const plain = await ask(url);
    expect(plain.body.length).toBeGreaterThan(64 * 1_024);
    for (const encoding of ['br', 'gzip', 'br']) {
      const packed = await ask(url, { 'accept-encoding': encoding });
      expect(packed.headers).toMatchObject({ 'content-encoding': encoding, 'content-length': `${packed.body.length}` });
      expect(decoded(packed)).toBe(plain.body.toString());
    }
  });

  it('change nothing for those who do not ask', async () => {
    const { status, headers, body } = await ask(PAGE);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      etag: expect.stringMatching(/^"/),
      'content-length': String(body.length),
      vary: 'Accept-Language, Accept-Encoding',
    });
    expect(headers).not.toHaveProperty('content-encoding');
  });

  it('hold as long as the page does, in every form', async () => {
    const tags = await Promise.all(
      ['', 'gzip', 'br'].map(async (one) => String((await ask(PAGE, { 'accept-encoding': one })).headers['etag'])),
    );
    for (const tag of tags) {
      for (const accepted of ['', 'gzip', 'br']) {
        const again = await ask(PAGE, { 'accept-encoding': accepted, 'if-none-match': tag });
        expect([again.status, again.body.length]).toEqual([304, 0]);
        expect(again.headers['etag']).toBe(accepted === '' ? tags[0] : tags[1]);
      }
    }
    const { status } = await ask(
      `/api/products/${productId}`,
      { 'content-type': 'application/json' },
      'PATCH',
      '{"basePrice":77}',
    );
    expect(status).toBe(200);
    for (const accepted of ['', 'gzip', 'br']) {
      const changed = await ask(PAGE, { 'accept-encoding': accepted, 'if-none-match': tags.join(', ') });
      expect(changed.status).toBe(200);
      expect(decoded(changed)).toContain('"basePrice":77');
    }
  });

  it('of a product name its version, with which it can be changed once', async () => {
    const path = `/api/products/${productId}`;
    const read = await ask(path, { 'accept-encoding': 'br' });
    const { version } = JSON.parse(decoded(read)) as { version: number };
    expect(read.headers).toMatchObject({ 'content-encoding': 'br', etag: `W/"${version}"`, vary: 'Accept-Encoding' });
    expect((await ask(path, { 'if-none-match': `W/"${version}"` })).status).toBe(304);
    const change = (basePrice: number) => {
      const headers = { 'content-type': 'application/json', 'accept-encoding': 'gzip', 'if-match': `W/"${version}"` };
      return ask(path, headers, 'PATCH', JSON.stringify({ basePrice }));
    };
    const changed = await change(78);
    expect([changed.status, changed.headers['etag']]).toEqual([200, `W/"${version + 1}"`]);
    expect(decoded(changed)).toContain('"basePrice":78');
    expect((await change(79)).status).toBe(412);
  });

  it('of a stored request are compressed for whoever repeats it, and only then', async () => {
    const body = JSON.stringify({ basePrice: 80 });
    const repeat = (encoding: string) =>
      ask(
        `/api/products/${productId}`,
        { 'content-type': 'application/json', 'idempotency-key': 'packed-1', 'accept-encoding': encoding },
        'PATCH',
        body,
      );
    const [first, second, third] = [await repeat('gzip'), await repeat(''), await repeat('br')];
    expect([first, second, third].map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', undefined, 'br']);
    expect(new Set([first, second, third].map(decoded)).size).toBe(1);
    expect(third.headers['idempotency-replayed']).toBe('true');
  });

  it('are not made of what is short', async () => {
    for (const path of ['/api/products/search?q=nothing-at-all&exact=true', '/api/products/none', '/health/live']) {
      const { headers } = await ask(path, { 'accept-encoding': 'gzip, br' });
      expect(headers).not.toHaveProperty('content-encoding');
    }
  });

  it.each(['/metrics', '/docs/openapi.json', '/api/events?limit=10', '/console'])(
    'are those of %s, with the same length by HEAD',
    async (path) => {
      const [plain, packed] = [await ask(path), await ask(path, { 'accept-encoding': 'gzip' })];
      expect([plain.headers['content-encoding'], packed.headers['content-encoding']]).toEqual([undefined, 'gzip']);
      expect(packed.headers['vary']).toMatch(/accept-encoding/i);
      expect(packed.body.length).toBeLessThan(plain.body.length);
      expect(decoded(packed).slice(0, 40)).toBe(decoded(plain).slice(0, 40));
      const head = await ask(path, { 'accept-encoding': 'gzip' }, 'HEAD');
      expect([head.status, head.headers['content-encoding'], head.body.length]).toEqual([200, 'gzip', 0]);
    },
  );
});
