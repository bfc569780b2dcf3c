import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Problem, Product } from '../../../src/contracts/index.js';
import { startApp, type TestApp } from '../../support/app.js';
import { isGoodbye, type RawAnswer, rawExchange } from '../../support/attacks/raw-exchange.js';
import { createProduct } from '../../support/builders.js';
import { expectNothingWritten } from '../../support/nothing-written.js';

/**
 * Requests whose end is a matter of opinion: where two servers differ, the one behind runs what the other took for
 * data.
 */
describe('header smuggling', () => {
  let app: TestApp;
  let product: Product;
  let smuggled: string;
  let authorization: string;

  beforeAll(async () => {
    app = await startApp();
    product = await createProduct(app);
    authorization = await app.token({ role: 'admin' });
    smuggled = `DELETE /api/products/${product.id} HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\nx-correlation-id: smuggled\r\n\r\n`;
    // It does what it is for where it is no contraband.
    const victim = await createProduct(app);
    const [deleted, goodbye] = await rawExchange(app.url, smuggled.replace(product.id, victim.id));
    expect(deleted!.status).toBe(204);
    expect(isGoodbye(goodbye!)).toBe(true);
  });
  expectNothingWritten(() => app);
  afterAll(() => app.close());

  const host = 'host: x\r\nx-correlation-id: first\r\n';
  const post = (headers: string, body: string): string =>
    `POST /api/vendors HTTP/1.1\r\n${host}authorization: ${authorization}\r\ncontent-type: application/json\r\n${headers}\r\n${body}`;

  /** One refusal, and nothing that comes after it on the connection is read. */
  function expectRefused(answers: readonly RawAnswer[], status = 400): void {
    expect(answers.map((answer) => answer.status)).toEqual([status]);
    const [{ headers, body }] = answers as [RawAnswer];
    expect(headers.get('connection')).toBe('close');
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect((JSON.parse(body) as Problem).correlationId).toBe(headers.get('x-correlation-id'));
  }

  describe('bodies whose length is told twice or wrongly end the connection', () => {
    const chunked = (): string => `0\r\n\r\n${smuggled}`;
    const lengthOf = (text: string): number => text.length;

    it.each<[string, () => string]>([
      [
        'a length and chunks',
        () => post(`content-length: ${lengthOf(chunked())}\r\ntransfer-encoding: chunked\r\n`, chunked()),
      ],
      ['chunks and a length', () => post(`transfer-encoding: chunked\r\ncontent-length: 4\r\n`, chunked())],
      ['two lengths', () => post(`content-length: 0\r\ncontent-length: ${smuggled.length}\r\n`, smuggled)],
      ['a list of lengths', () => post(`content-length: 0, ${smuggled.length}\r\n`, smuggled)],
      ['a length with a sign', () => post(`content-length: +0\r\n`, smuggled)],
      ['a negative length', () => post(`content-length: -1\r\n`, smuggled)],
      ['a hexadecimal length', () => post(`content-length: 0x0\r\n`, smuggled)],
      ['a length that overflows', () => post(`content-length: 18446744073709551616\r\n`, smuggled)],
      ['a space before the colon', () => post(`transfer-encoding : chunked\r\n`, chunked())],
      ['chunks, and something after', () => post(`transfer-encoding: chunked, identity\r\n`, chunked())],
      ['chunks twice', () => post(`transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n`, chunked())],
      ['an unknown encoding', () => post(`transfer-encoding: xchunked\r\n`, chunked())],
      ['a vertical tab', () => post(`transfer-encoding:\x0bchunked\r\n`, chunked())],
      [
        'a chunk whose length overflows',
        () => post(`transfer-encoding: chunked\r\n`, `10000000000000000\r\n${chunked()}`),
      ],
      ['a chunk whose length is no number', () => post(`transfer-encoding: chunked\r\n`, `0x2\r\n{}\r\n${chunked()}`)],
      ['a chunk that is longer than it says', () => post(`transfer-encoding: chunked\r\n`, `1\r\n{}\r\n${chunked()}`)],
    ])('%s', async (_what, bytes) => {
      const answers = await rawExchange(app.url, bytes());
      expect(answers.length).toBeGreaterThan(0);
      for (const { status, headers } of answers) {
        expect([400, 401, 415]).toContain(status);
        expect(headers.get('x-correlation-id')).not.toBe('smuggled');
      }
      expect(answers.filter(isGoodbye)).toEqual([]);
    });
  });

  describe('headers that some read as two, or not at all, end the connection', () => {
    it.each<[string, string]>([
      ['a bare CR', 'x-a: b\rx-c: d\r\n'],
      ['a NUL', 'x-a: b\0\r\n'],
      ['a control character', 'x-a: b\x01c\r\n'],
      ['a space in a name', 'x a: b\r\n'],
      ['no name', ': b\r\n'],
      ['no colon', 'x-a\r\n'],
      ['a space in front of a name', ' x-a: b\r\n'],
      ['a fold', 'x-a: b\r\n folded: c\r\n'],
      ['a fold of the length', 'content-length: 0\r\n 5\r\n'],
      ['a name that is not ASCII', 'x-\xe9: b\r\n'],
      ['a bare LF', 'x-a: b\nx-c: d\r\n'],
    ])('%s', async (_what, header) => {
      const answers = await rawExchange(app.url, `GET /health/live HTTP/1.1\r\nhost: x\r\n${header}\r\n`);
      expectRefused(answers);
    });

    it.each<[string, string]>([
      ['another version', 'GET /health/live HTTP/2.0\r\nhost: x\r\n\r\n'],
      ['a URL with a space', 'GET /health/live x HTTP/1.1\r\nhost: x\r\n\r\n'],
      ['a URL with a control character', 'GET /health/live\x01 HTTP/1.1\r\nhost: x\r\n\r\n'],
      ['a method that nobody knows', 'GETS /health/live HTTP/1.1\r\nhost: x\r\n\r\n'],
      ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ])('%s', async (_what, bytes) => {
      expectRefused(await rawExchange(app.url, bytes));
    });
  });

  it('a request without a host ends the connection', async () => {
    const answers = await rawExchange(app.url, 'GET /health/live HTTP/1.1\r\n\r\n');
    expect(answers.map(({ status }) => status)).toEqual([400]);
  });

  describe('what is clear enough is no request of its own', () => {
    it.each<[string, () => string]>([
      [
        'the body of a GET',
        () => `GET /api/products/search HTTP/1.1\r\n${host}content-length: ${smuggled.length}\r\n\r\n${smuggled}`,
      ],
      [
        'the body of a DELETE',
        () => `DELETE /api/cache HTTP/1.1\r\n${host}content-length: ${smuggled.length}\r\n\r\n${smuggled}`,
      ],
      ['the body of a refused POST', () => post(`content-length: ${smuggled.length}\r\n`, smuggled)],
      [
        'a chunk',
        () => post('transfer-encoding: chunked\r\n', `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`),
      ],
      ['the extension of a chunk', () => post('transfer-encoding: chunked\r\n', '2;a="b"\r\n{}\r\n0\r\n\r\n')],
      ['trailers', () => post('transfer-encoding: chunked\r\n', '2\r\n{}\r\n0\r\nauthorization: Bearer x\r\n\r\n')],
      [
        'a path without a route',
        () => `POST /nowhere HTTP/1.1\r\n${host}content-length: ${smuggled.length}\r\n\r\n${smuggled}`,
      ],
    ])('%s', async (_what, bytes) => {
      const answers = await rawExchange(app.url, bytes());
      expect(answers[0]!.headers.get('x-correlation-id')).toBe('first');
      expect(answers[0]!.status).toBeLessThan(500);
      // A body that could not be read ends the connection, and the next request with it.
      const ended = answers[0]!.headers.get('connection') === 'close';
      expect(answers.slice(1).map(isGoodbye)).toEqual(ended ? [] : [true]);
    });

    it('a hundred requests in one piece are answered in their order', async () => {
      const requests = Array.from(
        { length: 100 },
        (_, index) =>
          `GET /api/products/search?limit=${1 + (index % 3)} HTTP/1.1\r\nhost: x\r\nx-correlation-id: r${index}\r\n\r\n`,
      );
      const answers = await rawExchange(app.url, requests.join(''));
      expect(answers.map(({ headers }) => headers.get('x-correlation-id'))).toEqual(
        [...requests.keys()].map((index) => `r${index}`).concat('goodbye'),
      );
    });
  });

  describe('odd URLs reach no more than plain ones', () => {
    it.each([
      'http://evil.example/api/products/',
      '//evil.example/api/products/',
      '/x/../api/products/',
      '/./api/products/',
      '/api//products/',
      '/api/products/..;/products/',
      '/api%2fproducts/',
      '\\api\\products\\',
      '/API/products/',
      '/%61pi/products/',
      '*',
      '?',
      '#/api/products/',
    ])('%s', async (prefix) => {
      const anonymous = `DELETE ${prefix}${product.id} HTTP/1.1\r\n${host}\r\n`;
      const answers = await rawExchange(app.url, anonymous);
      expect([400, 401, 404]).toContain(answers[0]!.status);
    });

    it('the asterisk, and tunnels', async () => {
      expect((await rawExchange(app.url, `OPTIONS * HTTP/1.1\r\n${host}\r\n`))[0]!.status).toBeLessThan(500);
      const answers = await rawExchange(app.url, `CONNECT 127.0.0.1:5432 HTTP/1.1\r\n${host}\r\n`);
      expect(answers.map(({ status }) => status).filter((status) => status < 400)).toEqual([]);
    });
  });

  describe('correlation ids', () => {
    it.each(['a b', 'a"b', 'a;b', '<script>', 'a\tb', 'é', 'x'.repeat(129), '', '{}', 'a,b', '%0d%0aset-cookie:x=1'])(
      '%j is replaced',
      async (id) => {
        const [answer] = await rawExchange(
          app.url,
          `GET /api/products/none HTTP/1.1\r\nhost: x\r\nx-correlation-id: ${id}\r\n\r\n`,
        );
        expect(answer!.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
        expect(answer!.headers.has('set-cookie')).toBe(false);
        expect((JSON.parse(answer!.body) as Problem).correlationId).toBe(answer!.headers.get('x-correlation-id'));
      },
    );

    it('two of them are replaced', async () => {
      const [answer] = await rawExchange(
        app.url,
        'GET /api/products/search HTTP/1.1\r\nhost: x\r\nx-correlation-id: a\r\nx-correlation-id: b\r\n\r\n',
      );
      expect(answer!.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
    });
  });

  describe('many headers', () => {
    it('that fit are no problem, and a token behind them counts', async () => {
      const filler = Array.from({ length: 1_000 }, (_, index) => `a${index}:b\r\n`).join('');
      const [answer] = await rawExchange(
        app.url,
        `GET /api/events HTTP/1.1\r\n${host}${filler}authorization: Bearer x\r\n\r\n`,
      );
      expect(answer!.status).toBe(401);
      expect(answer!.headers.get('www-authenticate')).toContain('invalid_token');
    });

    it('that do not fit are refused', async () => {
      const filler = Array.from({ length: 20_000 }, (_, index) => `a${index}:b\r\n`).join('');
      expectRefused(await rawExchange(app.url, `GET /health/live HTTP/1.1\r\n${host}${filler}\r\n`), 431);
    });
  });
});
