import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { ResponseHeads } from './header-writer.js';

const ID = 'a:b/c=d@e';
const FIXED = ['x-frame-options', 'DENY', 'referrer-policy', 'no-referrer'];
const LIMIT = '"default";r=1;t=60';
const BODY = Buffer.from('{"name":"आलू"}');

describe('ResponseHeads', () => {
  const server = createServer({ keepAliveTimeout: 65_000 });
  const heads = new ResponseHeads(server, FIXED);
  /** How many heads Node has made. */
  let checked = 0;

  server.on('request', (request, response) => {
    const status = Number(request.headers['x-status'] ?? 200);
    const headers = ['etag', '"x-y_z"', 'content-type', 'application/json'];
    if (request.headers['x-changed'] !== undefined) Object.assign(response, { _header: undefined });
    const writeHead = response.writeHead.bind(response);
    response.writeHead = (...args: unknown[]) => {
      checked += 1;
      if (request.headers['x-changed'] !== undefined) Object.assign(response, { _header: null });
      return (writeHead as (...given: unknown[]) => typeof response)(...args);
    };
    if (request.url === '/') heads.write(response, status, ID, LIMIT, headers, BODY.length);
    else
      response.writeHead(status, [
        'x-correlation-id',
        ID,
        'ratelimit',
        LIMIT,
        ...FIXED,
        ...headers,
        'content-length',
        `${BODY.length}`,
      ]);
    response.end(BODY);
  });

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(() => {
    checked = 0;
    server.keepAliveTimeout = 65_000;
    server.maxRequestsPerSocket = 0;
  });
  afterAll(() => void server.close());

  /** All that comes back until the connection ends, which the last request asks for; the time of day left out. */
  async function exchange(url: string, version: string, fields: string[] = []): Promise<string> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const head = [`GET ${url} HTTP/${version}`, 'host: x', ...fields, '', ''].join('\r\n');
    const last = [`GET /node HTTP/1.1`, 'host: x', 'connection: close', '', ''].join('\r\n');
    // Both at once: the second answer has to wait for the first.
    socket.write(head + last);
    return (await text(socket)).replaceAll(/Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, 'Date: now');
  }

  it.each<[string, string[]]>([
    ['1.1', []],
    ['1.1', ['connection: keep-alive']],
    ['1.1', ['connection: close']],
    ['1.0', []],
    ['1.0', ['connection: keep-alive']],
    ['1.1', ['x-status: 503']],
  ])("are Node's own, byte by byte: HTTP/%s %j", async (version, fields) => {
    const own = await exchange('/', version, fields);
    expect(own).toBe(await exchange('/node', version, fields));
    expect(own).toContain(`x-correlation-id: ${ID}\r\nratelimit: ${LIMIT}\r\nx-frame-options: DENY\r\n`);
    expect(own).toContain('Date: now');
  });

  it.each([2_000, 65_999])('tell how long a connection stays open, here %d ms', async (timeout) => {
    server.keepAliveTimeout = timeout;
    expect(await exchange('/', '1.1')).toBe(await exchange('/node', '1.1'));
  });

  it("are made without Node's checks when the connection stays open", async () => {
    await exchange('/', '1.1');
    // Only the one of the second request.
    expect(checked).toBe(1);
  });

  it('are left to Node when it is no longer as it was', async () => {
    const answers = await exchange('/', '1.1', ['x-changed: 1']);
    expect(checked).toBe(2);
    expect(answers).toBe(await exchange('/node', '1.1'));
  });

  it('are left to Node when connections end after some requests, or at once', async () => {
    server.maxRequestsPerSocket = 100;
    await exchange('/', '1.1');
    server.maxRequestsPerSocket = 0;
    server.keepAliveTimeout = 0;
    expect(await exchange('/', '1.1')).toBe(await exchange('/node', '1.1'));
    expect(checked).toBe(6);
  });

  it('tell the time to the second', async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const began = Math.trunc(Date.now() / 1_000) * 1_000;
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const [date] = /(?<=Date: ).*(?=\r)/.exec(await text(socket))!;
    expect(Date.parse(date)).toBeGreaterThanOrEqual(began);
    expect(Date.parse(date)).toBeLessThanOrEqual(Date.now());
  });
});
