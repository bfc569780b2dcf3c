import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { openWebSocket } from '../support/attacks/raw-websocket.js';
import { rawExchange } from '../support/attacks/raw-exchange.js';

const H2C =
  'host: x\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAA\r\n';

/** Java's HttpClient and curl --http2 offer HTTP/2 with each request; a server that doesn't want it just answers. */
describe('requests that offer an upgrade', () => {
  let app: TestApp;
  let authorization: string;

  beforeAll(async () => {
    app = await startApp();
    authorization = await app.token({ role: 'admin' });
  });
  afterAll(() => app.close());

  it.each([
    ['GET', '/health/live', 200],
    ['GET', '/api/products/search', 200],
    ['GET', '/nowhere', 404],
    ['GET', 'http://x/health/live', 200],
    ['HEAD', '/metrics', 200],
    ['GET', '/docs/openapi.json', 200],
    ['GET', '/socket.iox', 404],
  ])('are answered: %s %s', async (method, path, status) => {
    const answers = await rawExchange(app.url, `${method} ${path} HTTP/1.1\r\n${H2C}connection: close\r\n\r\n`);
    expect(answers[0]!.status).toBe(status);
  });

  it('are answered with their bodies read, and nothing behind them is', async () => {
    const body = JSON.stringify({ name: 'Asha' });
    const head = `content-type: application/json\r\nauthorization: ${authorization}\r\ncontent-length: ${body.length}`;
    const post = `POST /api/vendors HTTP/1.1\r\n${H2C}${head}\r\n\r\n${body}`;
    const chunked = post.replace(/content-length: \d+/, 'transfer-encoding: chunked');
    const inChunks = chunked.replace(body, `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
    for (const request of [post, inChunks]) {
      const answers = await rawExchange(app.url, request);
      expect(answers.map(({ status }) => status)).toEqual([201]);
      expect(answers[0]!.headers.get('connection')).toBe('close');
    }
  });

  it('are upgraded where there is a WebSocket', async () => {
    const connection = await openWebSocket(app.url);
    expect(connection.received()).toMatch(/^HTTP\/1\.1 101 /);
    connection.socket.destroy();
    const elsewhere = await openWebSocket(app.url, { path: '/ws' });
    expect(elsewhere.received()).toMatch(/^HTTP\/1\.1 404 /);
    elsewhere.socket.destroy();
  });
});
