import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExceptionMessage, Product } from '../../../src/contracts/index.js';
import { MAX_REQUEST } from '../../../src/realtime/limits/request-limit.js';
import { startApp, type TestApp } from '../../support/app.js';
import { createProduct } from '../../support/builders.js';
import { isApi, OPERATIONS } from '../../support/openapi/document.js';
import { expectProblem } from '../../support/problems.js';
import { expectNothingWritten } from '../../support/nothing-written.js';

const MIB = 1024 * 1024;
/** Milliseconds for one refusal, on a busy machine; what recurses or looks at all of it takes longer, or never ends. */
const AT_MOST = 5_000;
const JSON_TYPE = { 'content-type': 'application/json' };

const nested = (levels: number, open: string, close: string): string => open.repeat(levels) + close.repeat(levels);
const fields = (count: number): string => Array.from({ length: count }, (_, index) => `"f${index}":1`).join();

const HUGE: readonly (readonly [string, number, () => string])[] = [
  ['a million lists in each other', 400, () => `{"name":${nested(1_000_000, '[', ']')}}`],
  ['half a million objects in each other', 400, () => `{"name":${nested(500_000, '{"a":', '}').replace(':}', ':1}')}}`],
  ['half a million lists that never end', 400, () => `{"name":${'['.repeat(500_000)}`],
  ['17 levels', 400, () => `{"name":${nested(17, '[', ']')}}`],
  ['200,000 unknown fields', 400, () => `{${fields(200_000)}}`],
  ['a million numbers', 400, () => `{"items":[${'1,'.repeat(1_000_000)}1]}`],
  ['a million empty items', 400, () => `{"items":[${'{},'.repeat(1_000_000)}{}]}`],
  ['300,000 names of one field', 400, () => `{${'"name":"x",'.repeat(300_000)}"nope":1}`],
  ['a number of three million digits', 400, () => `{"basePrice":${'9'.repeat(3_000_000)}}`],
  ['a text of four million letters', 400, () => `{"name":"${'x'.repeat(4_000_000)}"}`],
  ['half a million escapes', 400, () => `{"name":"${'\\ud800'.repeat(500_000)}"}`],
  ['four million spaces', 400, () => `{${' '.repeat(4_000_000)}"nope":1}`],
  ['five MiB', 413, () => `{"name":"${'x'.repeat(5 * MIB)}"}`],
  ['64 MiB', 413, () => `{"name":"${'x'.repeat(64 * MIB)}"}`],
];

/** What is too much is refused soon, whatever it is too much of. */
describe('oversized JSON', () => {
  let app: TestApp;
  let product: Product;

  beforeAll(async () => {
    app = await startApp();
    product = await createProduct(app);
  });
  expectNothingWritten(() => app);
  afterAll(() => app.close());

  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work();
    expect(performance.now() - began).toBeLessThan(AT_MOST);
    return result;
  };

  const routes = OPERATIONS.filter((one) => isApi(one) && one.body?.type === 'application/json');
  const pathOf = (template: string): string =>
    template.replace('{id}', template.includes('/vendors/') ? product.vendorId : product.id);

  it.each(HUGE)('%s', async (_what, expected, make) => {
    const body = make();
    for (const { id, method, path } of routes) {
      const { status } = await timed(() => app.request(method, pathOf(path), body, JSON_TYPE));
      expect({ id, status }).toEqual({ id, status: expected });
    }
  });

  it('does not keep others waiting', async () => {
    const body = `{"items":[${'{},'.repeat(1_000_000)}{}]}`;
    const attacks = Array.from({ length: 8 }, () =>
      app.request('PUT', `/api/vendors/${product.vendorId}/inventory`, body, JSON_TYPE),
    );
    const { status } = await timed(() => app.request('GET', `/api/products/${product.id}`));
    expect(status).toBe(200);
    // Five of them are as much as one principal may have in memory; the others are refused unread.
    const answers = await Promise.all(attacks);
    for (const answer of answers) expectProblem(answer, answer.status === 503 ? 503 : 400);
    expect(answers.filter((answer) => answer.status === 400).length).toBeGreaterThanOrEqual(4);
  });

  describe('over sockets', () => {
    const GENERAL = 'inventory:general';
    const ATTACHED = '["subscribe_inventory",{"_placeholder":true,"num":0}]';
    const request = (payload: string): string => `2/inventory,0["subscribe_inventory",${payload}]`;
    const nestedValue = (levels: number): unknown => JSON.parse(nested(levels, '[', ']'));

    it.each<[string, () => unknown]>([
      ['a text a little longer than may be', () => ({ type: 'general', x: 'x'.repeat(MAX_REQUEST) })],
      ['a thousand levels', () => ({ type: 'general', since: nestedValue(1_000) })],
      ['many fields', () => Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`f${index}`, 1]))],
      ['a list', () => Array<number>(5_000).fill(1)],
    ])('%s: refused, and the connection is as good as before', async (_what, make) => {
      const socket = await app.connect();
      const answer = (await timed(() => socket.emitWithAck('subscribe_inventory', make()))) as ExceptionMessage;
      expect(answer).toMatchObject({
        status: 'error',
        code: expect.stringMatching(/^(payload_too_large|validation_failed)$/),
      });
      expect(await socket.emitWithAck('subscribe_inventory', { type: 'general' })).toMatchObject({ room: GENERAL });
    });

    it.each<[string, () => string]>([
      ['a long text', () => request(JSON.stringify({ type: 'vendor', vendorId: 'x'.repeat(500_000) }))],
      ['two MiB', () => request(JSON.stringify('x'.repeat(2 * MIB)))],
      ['a hundred thousand levels', () => request(nested(100_000, '[', ']'))],
      ['many lists in one', () => request(`[${'[],'.repeat(100_000)}[]]`)],
      ['a hundred attachments that never come', () => `5100-/inventory,${ATTACHED}`],
      ['an attachment that is not among those that came', () => `51-/inventory,${ATTACHED.replace('0}', '7}')}`],
    ])('%s: at worst that connection ends', async (_what, make) => {
      const socket = await app.connect();
      const bystander = await app.connect();
      const gone = new Promise((resolve) => socket.once('disconnect', resolve));
      const refused = new Promise((resolve) => socket.once('exception', resolve));
      // Twice, as the second is where text comes though an attachment was promised.
      const message = make();
      const { engine } = socket.io as unknown as { engine: { write(packet: string): void } };
      engine.write(message);
      engine.write(message);
      await timed(() => Promise.race([gone, refused]));
      const joined: unknown = await timed(() => bystander.emitWithAck('subscribe_inventory', { type: 'general' }));
      expect(joined).toMatchObject({ room: GENERAL });
    });
  });
});
