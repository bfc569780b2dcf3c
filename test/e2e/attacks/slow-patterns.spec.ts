import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import { isKnown } from '../../../src/inventory/if-match.js';
import { startApp, type TestApp } from '../../support/app.js';
import { HEADER, importCsv } from '../../support/agmarknet.js';
import { patternsOf, textsFor } from '../../support/attacks/patterns.js';
import { rawExchange } from '../../support/attacks/raw-exchange.js';
import { createProduct } from '../../support/builders.js';

/** Bytes of one value: all headers and the URL have 16 KB together. */
const LENGTH = 15_000;
/**
 * Milliseconds of processor time for one value, round trip included; a quadratic pattern takes a hundred or more. On
 * a machine that others use as well, the time on the clock would be mostly theirs.
 */
const AT_MOST = 50;
/** A machine that does other things may be slow by chance, and a pattern that is slow is slow every time. */
const ATTEMPTS = 20;

/** Runs of what parsers skip, repeat or look ahead for, whole and cut off by a misfit. */
const RUNS = [' ', '\t', ',', ', ', ';', '; ', '=', '"', '"a",', '"a" ', 'W/', 'a', 'a,', 'a=b; ', '0', '9', '.', '-'];
const MORE = [
  '/',
  ':',
  '::',
  '1:',
  '[',
  ']:1',
  '%20',
  '%',
  '&',
  '+',
  '*',
  '\\',
  "'",
  'Bearer ',
  '127.0.0.1,',
  '*/*;q=0,',
];

function* values(): Generator<string> {
  for (const run of [...RUNS, ...MORE]) {
    const filled = run.repeat(Math.floor(LENGTH / run.length));
    for (const beginning of ['', '"a",']) for (const end of ['', 'x']) yield `${beginning}${filled}${end}`;
  }
}

const HEADERS = [
  'If-None-Match',
  'If-Match',
  'Authorization',
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Accept-Charset',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Correlation-Id',
  'Idempotency-Key',
  'Cookie',
  'Content-Type',
  'Content-Encoding',
  'Origin',
  'Range',
  'If-Modified-Since',
  'Cache-Control',
  'User-Agent',
];
const PARAMETERS = [
  'q',
  'lang',
  'cursor',
  'category',
  'vendorId',
  'state',
  'minPrice',
  'availability',
  'sort',
  'limit',
  'x',
];

/** Milliseconds between two tries, so that a burst of other work on the machine passes. */
const PAUSE = 50;

/** The least of some tries, in milliseconds of processor time; no more of them than it takes. */
async function least(work: () => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < ATTEMPTS && best > AT_MOST; attempt += 1) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1_000);
    if (best > AT_MOST) await setTimeout(PAUSE);
  }
  return best;
}

describe('long values that make patterns go back on themselves', () => {
  let app: TestApp;
  let path: string;
  let authorization: string;

  beforeAll(async () => {
    app = await startApp({ env: { TRUST_PROXY: '127.0.0.0/8', CORS_ORIGINS: 'https://shop.example' } });
    path = `/api/products/${(await createProduct(app)).id}`;
    authorization = await app.token({ role: 'admin' });
  });
  afterAll(() => app.close());

  /** The first value that takes too long. */
  const slow = async (send: (value: string) => unknown): Promise<string | undefined> => {
    for (const value of values()) {
      if ((await least(() => send(value))) > AT_MOST) return `${value.slice(0, 12)}…${value.slice(-4)}`;
    }
    return undefined;
  };

  it.each(HEADERS)('are read in time as %s', async (name) => {
    const ask = async (request: string): Promise<void> => {
      const [answer] = await rawExchange(app.url, request);
      expect(answer!.status).toBeLessThan(500);
    };
    const get = (value: string): string => `GET ${path} HTTP/1.1
host: x
${name}: ${value}

`;
    expect(await slow((value) => ask(get(value)))).toBeUndefined();
    if (name !== 'If-Match') return;
    const rest = `authorization: ${authorization}
content-type: application/json
content-length: 2

{}`;
    const patch = (value: string): string => `PATCH ${path} HTTP/1.1
host: x
${name}: ${value}
${rest}`;
    expect(await slow((value) => ask(patch(value)))).toBeUndefined();
  });

  it.each(PARAMETERS)('are read in time as the parameter %s', async (name) => {
    const ask = async (value: string): Promise<void> => {
      const query = `${name}=${value.replaceAll(/[ \t"]/g, '%20').slice(0, LENGTH)}`;
      const request = `GET /api/products/search?${query} HTTP/1.1\r\nhost: x\r\n\r\n`;
      const [answer] = await rawExchange(app.url, request);
      expect(answer!.status).toBeLessThan(500);
    };
    expect(await slow(ask)).toBeUndefined();
  });

  it('are read in time as fields of a price file', async () => {
    const csv = (value: string): string =>
      `${HEADER}\nDelhi,North Delhi,Azadpur,${value},Red,FAQ,01/02/2026,1,2,3\n"${value}"\n${value}\n`;
    expect(await slow((value) => importCsv(app, csv(value)))).toBeUndefined();
  });

  it('are read in time as fields of a body', async () => {
    const send = async (value: string): Promise<void> => {
      const body = { name: value, sku: value, category: value, unit: value, description: value, basePrice: value };
      const { status } = await app.request('PATCH', path, body, { 'idempotency-key': 'k' });
      expect(status).toBeLessThan(500);
    };
    expect(await slow(send)).toBeUndefined();
  });

  it('grow in cost as they do in length', async () => {
    const list = (blanks: number): string => `"a",${' '.repeat(blanks)}x`;
    expect(await least(() => isKnown(list(30_000), '"1"'))).toBeLessThan(AT_MOST);
  });
});

describe('every pattern of the product', () => {
  const length = 10_000;
  /** Milliseconds; a quadratic one takes 50 or more. */
  const atMost = 25;

  it('is linear in the length of what it is given', () => {
    const patterns = patternsOf('src');
    expect(patterns.length).toBeGreaterThan(100);
    const took = (pattern: RegExp, text: string): number => {
      const began = performance.now();
      pattern.lastIndex = 0;
      if (pattern.global) text.replaceAll(pattern, '');
      else pattern.exec(text);
      return performance.now() - began;
    };
    const slow = patterns.flatMap(({ where, pattern }) => {
      for (const text of textsFor(pattern, length)) {
        let attempts = ATTEMPTS;
        while (attempts > 0 && took(pattern, text) > atMost) attempts -= 1;
        if (attempts === 0) return [`${where} ${pattern.source} with ${text.slice(0, 8)}…`];
      }
      return [];
    });
    expect(slow).toEqual([]);
  }, 120_000);
});
