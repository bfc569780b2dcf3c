import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Problem } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { bodyFaults } from '../support/openapi/answers.js';
import { operationOf } from '../support/openapi/document.js';
import { errorsTable } from '../support/openapi/errors-table.js';
import { FuzzClient } from '../support/openapi/fuzz/client.js';
import { heapInUse } from '../support/openapi/fuzz/heap.js';
import { type FuzzRequest, fuzzRequests } from '../support/openapi/fuzz/requests.js';
import { bombard } from '../support/openapi/fuzz/sockets.js';
import { listen } from '../support/rooms.js';
import { bearer } from '../support/tokens.js';
import { waitFor } from '../support/processes.js';

const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 20_000);
const MESSAGES = 3_000;
const CHUNK = 500;
const IN_FLIGHT = 32;
const MIB = 1024 * 1024;
/** Bytes that the second half may leave behind: what is cached, pooled and compiled has its size by then. */
const GROWTH = 8 * MIB;

/** Whatever anybody sends, it is no error of ours; the seed is `FUZZ_SEED`. */
describe(`fuzzing by the OpenAPI document, seed ${SEED}`, () => {
  let app: TestApp;
  let client: FuzzClient;
  let codes: Map<string, number>;
  let tokens: string[];
  const accidents: unknown[] = [];
  const note = (error: unknown): void => void accidents.push(error);

  beforeAll(async () => {
    process.on('unhandledRejection', note).on('uncaughtException', note);
    codes = await errorsTable();
    app = await startApp({ env: { RATE_LIMIT: '0', MAX_CACHE_SIZE: '200', REPLAY_EVENTS: '200' } });
    // What it needs is loaded for the first who asks; some 10 MiB, which are no growth wherever that comes.
    await app.request('GET', '/docs');
    client = new FuzzClient(app.url, IN_FLIGHT);
    const vendors = [await createVendor(app), await createVendor(app)];
    client.vendors.push(...vendors.map(({ id }) => id));
    for (let index = 0; index < 20; index += 1) {
      client.products.push((await createProduct(app, { vendorId: vendors[index % 2]!.id })).id);
    }
    const admin = await bearer();
    const own = await Promise.all(client.vendors.map((vendorId) => bearer({ role: 'vendor', vendorId })));
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const broken = [`${admin}x`, admin.slice(0, -4), `Bearer ${none}.eyJyb2xlIjoiYWRtaW4ifQ.`, 'Bearer', 'Basic YTpi'];
    tokens = [admin, ...own, ...own, ...own, ...own, '', ...broken, `Bearer ${'a'.repeat(6_000)}`];
  });
  afterAll(async () => {
    process.off('unhandledRejection', note).off('uncaughtException', note);
    client.close();
    await app.close();
  });

  function problemFault(status: number, type: string, body: string): unknown {
    if (!type.startsWith('application/problem+json')) return { status, type, body };
    const { code } = JSON.parse(body) as Problem;
    return codes.get(code) === status ? undefined : { status, code };
  }

  /** What is wrong with the answer to a request; nothing as a rule. */
  async function faultOf(request: FuzzRequest, seen: Map<string, number>): Promise<unknown> {
    try {
      const { status, type, body } = await client.send(request);
      seen.set(`${status}`, (seen.get(`${status}`) ?? 0) + 1);
      if (status >= 500) return { status, body };
      if (request.method === 'HEAD') return undefined;
      if (status >= 400) return problemFault(status, type, body);
      const described = operationOf(request.id);
      if (request.method !== described.method) return undefined;
      const value: unknown = type.startsWith('application/json') ? JSON.parse(body) : body;
      return bodyFaults(described, status, type, value)[0];
    } catch (error) {
      return { error };
    }
  }

  /** Keeps `IN_FLIGHT` requests on their way until all are answered. */
  async function sendAll(count: number, seed: number, seen: Map<string, number>): Promise<unknown[]> {
    const faults: unknown[] = [];
    const arbitrary = fuzzRequests(tokens);
    let waiting: FuzzRequest[] = [];
    let made = 0;
    const next = (): FuzzRequest | undefined => {
      if (waiting.length === 0 && made < count) {
        waiting = fc.sample(arbitrary, { numRuns: Math.min(CHUNK, count - made), seed: seed + made });
        made += waiting.length;
      }
      return waiting.pop();
    };
    const worker = async (): Promise<void> => {
      for (let request = next(); request; request = next()) {
        const fault = await faultOf(request, seen);
        if (fault !== undefined) faults.push({ request, fault });
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    return faults;
  }

  it(`${REQUESTS} requests`, async () => {
    const seen = new Map<string, number>();
    const started = performance.now();

    const first = await sendAll(REQUESTS / 2, SEED, seen);
    const before = await heapInUse();
    const second = await sendAll(REQUESTS / 2, SEED + REQUESTS, seen);
    const after = await heapInUse();
    const took = (performance.now() - started) / 1_000;
    process.stdout.write(
      `fuzz: seed ${SEED}, ${took.toFixed(1)} s, heap ${((after - before) / MIB).toFixed(1)} MiB more, ` +
        `answers ${JSON.stringify(Object.fromEntries([...seen].sort()))}\n`,
    );
    expect([...first, ...second].slice(0, 20)).toEqual([]);
    // It was no mere knocking at closed doors.
    for (const status of ['200', '201', '204', '304', '400', '401', '403', '404', '409', '412', '415', '422']) {
      expect([status, seen.has(status)]).toEqual([status, true]);
    }
    expect(seen.get('200')!).toBeGreaterThan(REQUESTS / 5);
    expect(after - before).toBeLessThan(GROWTH);
  }, 600_000);

  it(`${MESSAGES} messages over sockets`, async () => {
    const faults = await bombard(app, { count: MESSAGES, seed: SEED, codes: new Set(codes.keys()) });
    expect(faults.slice(0, 20)).toEqual([]);
  });

  it('leaves a server that serves', async () => {
    expect((await app.request('GET', '/health/ready')).body).toMatchObject({ status: 'ok' });
    const listener = await listen(app, { type: 'general' });
    const product = await createProduct(app);
    await waitFor(() => listener.seen.some(({ productId }) => productId === product.id), { what: 'the notification' });
    expect(accidents).toEqual([]);
  });
});
