import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Problem } from '../../src/contracts/index.js';
import { startApp, type TestApp } from '../support/app.js';

/** What no well-behaved client can send: problems all the same, and the server goes on. */
describe('bad HTTP', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  /** Writes bytes to the server and reads until it closes the connection. */
  async function send(text: string): Promise<{ status: number; headers: string; body: string }> {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
    socket.write(text);
    await once(socket, 'close');
    const [headers, body] = answer.split('\r\n\r\n') as [string, string];
    return { status: Number(headers.split(' ')[1]), headers, body };
  }

  it.each([
    ['no HTTP', 400, 'bad_request', 'hello\r\n\r\n'],
    ['a bad method', 400, 'bad_request', 'FETCH / HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['a bad header', 400, 'bad_request', 'GET /health HTTP/1.1\r\nhost: x\r\nbad header: x\r\n\r\n'],
    ['two lengths', 400, 'bad_request', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n'],
    ['huge headers', 431, 'headers_too_large', `GET / HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['a huge query', 431, 'headers_too_large', `GET /?q=${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
  ])('%s', async (_what, status, code, text) => {
    const answer = await send(text);
    const problem = JSON.parse(answer.body) as Problem;
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatch(/^content-type: application\/problem\+json/m);
    expect(answer.headers).toContain(`x-correlation-id: ${problem.correlationId}`);
    expect(problem).toMatchObject({
      type: expect.stringMatching(/^urn:/),
      title: expect.stringMatching(/./),
      status,
      detail: expect.stringMatching(/./),
      code,
    });
    expect((await app.request('GET', '/health/live')).status).toBe(200);
  });

  it('a huge query of HEAD, answered without a body', async () => {
    const { status, body } = await send(`HEAD /?q=${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`);
    expect([status, body]).toEqual([431, '']);
  });

  it.each([
    ['PATCH', '/api/products/prd_none'],
    ['POST', '/api/products/bulk-availability'],
    ['PUT', '/api/products/prd_none/availability'],
    ['POST', '/api/products'],
    ['POST', '/api/vendors'],
    ['PUT', '/api/vendors/vnd_none/inventory'],
  ])('%s %s without any body', async (method, path) => {
    const { status } = await app.request(method, path);
    expect([400, 404, 415]).toContain(status);
  });
});
