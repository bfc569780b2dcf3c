import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { json } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import type { Page, Product } from '../../../src/contracts/index.js';
import type { ImportSummary } from '../../../src/contracts/index.js';
import { HEADER, importCsv, priceLine } from '../../support/agmarknet.js';
import { startApp, type TestApp } from '../../support/app.js';
import { createProduct } from '../../support/builders.js';
import { hostileCell, quotedCell } from '../../support/hostile-cells.js';
import { randomOf } from '../../support/interleaving.js';
import { heapInUse } from '../../support/openapi/fuzz/heap.js';
import { expectProblem } from '../../support/problems.js';
import { readPriceFile } from '../../support/read-price-file.js';
import { storedDigest } from '../../support/reading.js';

/** Of this run; write it in its place to have the same cells again. */
const SEED = Date.now() % 1_000_000;
const MIB = 1024 * 1024;
const FILE = 50 * MIB;
/** What an upload may cost at its worst moment, whatever its length: far less than the file. */
const MEMORY = 40 * MIB;
const LOOK_EVERY = 8 * MIB;

/** A formula for a spreadsheet, a field separator of some, a macro. */
const FORMULAS = [
  '=1+1',
  '+1+1',
  '-1+1',
  '@SUM(A1)',
  '=HYPERLINK("https://evil.example","x")',
  "=cmd|' /C calc'!A0",
  ';=1',
  '|x',
];

describe('price files', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  /** Sends parts one by one; resolves with the answer and how much more memory was in use at the worst moment. */
  async function upload(
    parts: () => Iterable<string>,
  ): Promise<{ status: number; body: ImportSummary; grown: number }> {
    const inUse = async (collections?: number): Promise<number> =>
      (await heapInUse(collections)) + process.memoryUsage().arrayBuffers;
    const headers = { authorization: await app.token({ role: 'admin' }), 'content-type': 'text/csv' };
    const request = httpRequest(`${app.url}/api/imports/agmarknet`, { method: 'POST', headers });
    const answer = once(request, 'response').then(async ([response]) => {
      const { statusCode: status } = response as IncomingMessage;
      return { status: status!, body: (await json(response as IncomingMessage)) as ImportSummary };
    });
    let answered = false;
    answer.then(
      () => (answered = true),
      () => (answered = true),
    );
    const before = await inUse();
    let [most, sent] = [before, 0];
    for (const part of parts()) {
      // A refusal need not wait for the end.
      if (answered) break;
      if (!request.write(part)) await Promise.race([once(request, 'drain'), answer]);
      sent += part.length;
      if (sent < LOOK_EVERY) continue;
      sent = 0;
      most = Math.max(most, await inUse(1));
    }
    request.end();
    return { ...(await answer), grown: most - before };
  }

  function* repeated(text: string, length: number): Generator<string> {
    const part = text.repeat(Math.ceil((64 * 1024) / text.length));
    for (let sent = 0; sent < length; sent += part.length) yield part;
  }

  describe('formulas', () => {
    it('are text like any other: stored and served as they came, as JSON and nothing else', async () => {
      const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
      const lines = FORMULAS.map((text) =>
        priceLine({ market: 'Formulas', commodity: quoted(text), variety: quoted(text), grade: quoted(text) }),
      );
      const { status, body } = await importCsv(app, [HEADER, ...lines].join('\n'));
      expect({ status, ...body }).toMatchObject({ status: 200, created: FORMULAS.length, rejected: 0 });

      const found = await app.request<Page<Product>>('GET', '/api/products/search?limit=100&state=Delhi');
      expect(found.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(found.headers.get('x-content-type-options')).toBe('nosniff');
      expect(found.body.items.map(({ name }) => name).sort()).toEqual([...FORMULAS].sort());
      for (const { name, sku } of found.body.items) expect(sku).toBe([name, name, name].join('|'));
    });

    it('come back as they are from single writes, too', async () => {
      for (const name of FORMULAS) {
        const product = await createProduct(app, { name, description: name, sku: name });
        expect(product).toMatchObject({ name, description: name, sku: name });
      }
    });

    it.each(['text/csv', 'text/html', 'application/xml', '*/*;q=0.1, text/csv'])(
      'nothing is served as anything but JSON, though %s is asked for',
      async (accept) => {
        const { id } = await createProduct(app, { name: '<script>alert(1)</script>' });
        for (const path of [
          '/api/products/search',
          `/api/products/${id}`,
          `/api/products/${id}/history`,
          '/api/events',
        ]) {
          const { headers } = await app.request('GET', path, undefined, { accept });
          expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
        }
      },
    );
  });

  describe('bombs', () => {
    it.each(['gzip', 'x-gzip', 'br', 'deflate', 'compress', 'zstd'])(
      'packed with %s are refused unread',
      async (encoding) => {
        const before = await storedDigest(app);
        const bomb = gzipSync(Buffer.alloc(FILE, priceLine({})));
        const headers = { 'content-type': 'text/csv', 'content-encoding': encoding };
        expectProblem(
          await app.request('POST', '/api/imports/agmarknet', bomb, headers),
          415,
          'unsupported_media_type',
        );
        expect(await storedDigest(app)).toBe(before);
      },
    );

    it('what is packed without saying so is no price file', async () => {
      const bomb = gzipSync(`${HEADER}\n${priceLine({})}\n`);
      expectProblem(await importCsv(app, bomb), 400, 'import_header_invalid');
    });

    it.each<[string, () => Iterable<string>]>([
      ['a line of 50 MB', () => repeated('a,', FILE)],
      ['a field of 50 MB', () => repeated('a', FILE)],
      [
        'a quoted field of 50 MB',
        function* () {
          yield '"';
          yield* repeated('a', FILE);
          yield '"\n';
        },
      ],
      [
        'a quoted field of 50 MB that never ends',
        function* () {
          yield '"';
          yield* repeated('a', FILE);
        },
      ],
    ])('%s costs a rejection, and the next line counts', async (what, parts) => {
      const good = priceLine({ market: what });
      const { status, body, grown } = await upload(function* () {
        yield `${HEADER}\n${good}\n`;
        yield* parts();
        yield `\n${priceLine({ market: what, price: 99 })}\n`;
      });
      expect(status).toBe(200);
      expect(body.created).toBe(1);
      expect(body.priceChanged).toBe(1);
      expect(body.rejected).toBe(body.rows - 2);
      expect(body.rejected).toBeLessThan(3);
      expect(grown).toBeLessThan(MEMORY);
    });

    it('a header of 50 MB is refused', async () => {
      const { status, grown } = await upload(() => repeated('State,', FILE));
      expect(status).toBe(400);
      expect(grown).toBeLessThan(MEMORY);
    });

    it.each<[string, string]>([
      ['tiny bad lines', 'x\n'],
      ['lines with a stray quote', '"x\n'],
    ])('a million and more %s are counted, not kept', async (_what, line) => {
      const length = 1_200_000 * line.length;
      const { status, body, grown } = await upload(function* () {
        yield `${HEADER}\n`;
        yield* repeated(line, length);
      });
      expect(status).toBe(422);
      expect(body.rejected).toBe(body.rows);
      expect(body.rejected).toBeGreaterThan(1_000_000);
      expect(body.rejections).toHaveLength(100);
      expect(grown).toBeLessThan(MEMORY);
    });

    it.each<[string, string]>([
      ['line ends', '\r\n\n\r'],
      ['lines of nothing but commas', ',,,,,,,,,\n'],
    ])('millions of %s are no rows', async (_what, text) => {
      const { status, body, grown } = await upload(function* () {
        yield `${HEADER}\n`;
        yield* repeated(text, FILE / 4);
      });
      expect({ status, rows: body.rows }).toEqual({ status: 422, rows: 0 });
      expect(grown).toBeLessThan(MEMORY);
    });
  });

  describe(`hostile cells (seed ${SEED})`, () => {
    const random = randomOf(SEED);
    /** Cells of a row that can be used, one of them spoiled. */
    const spoiled = (index: number): string => {
      const cells = priceLine({ market: `Market ${index % 7}`, commodity: `Crop ${index}`, date: '27/01/2026' }).split(
        ',',
      );
      cells[random(cells.length)] = hostileCell(random);
      return cells.map(quotedCell).join(',');
    };

    it('are refused row by row, each named by its line, or stored', async () => {
      const csv = [HEADER, ...Array.from({ length: 200 }, (_, index) => spoiled(index))].join('\n');
      const { lines } = await readPriceFile(csv);
      const unreadable = lines.flatMap((line) => ('reason' in line ? [line] : []));
      const { status, body } = await importCsv(app, csv);
      expect([status, body.rows, body.rejections.length]).toEqual([200, lines.length, body.rejected]);
      expect(body.rejections).toEqual(expect.arrayContaining(unreadable));
      const others = body.rejections.filter(({ line }) => !unreadable.some((one) => one.line === line));
      for (const { reason } of others) expect(reason).toMatch(/later than tomorrow/);
      const again = await importCsv(app, csv);
      expect(again.body).toMatchObject({ created: 0, priceChanged: 0, rejected: body.rejected });
    });

    it('and files of nothing else are no fault of the server', async () => {
      for (let file = 0; file < 40; file += 1) {
        const row = () => Array.from({ length: 1 + random(12) }, () => hostileCell(random)).join(',');
        const head = ['', `${HEADER}\n`, '{"records":[{', '[{"State":"', '{"data":[', '\ufeff'][random(6)]!;
        const { status } = await importCsv(app, head + Array.from({ length: 30 }, row).join('\n'));
        expect([200, 400, 422]).toContain(status);
      }
    });
  });
});
