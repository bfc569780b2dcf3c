import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { waitFor } from '../../../test/support/processes.js';
import { OwnServer } from './own-server.js';

describe('OwnServer', () => {
  let server: Server;
  let url: string;
  const own = new OwnServer();
  const forEver = new AbortController().signal;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const body = JSON.stringify({ asked: request.headers['accept-encoding'] ?? 'as it is' });
      if (request.url === '/hangs') return;
      if (request.url === '/breaks') {
        response.write('{');
        setTimeout(() => response.destroy(), 20);
      } else if (request.url === '/refuses') response.writeHead(503).end(body);
      else if (request.url === '/stalls') response.write('{');
      else if (request.headers['accept-encoding'] === 'gzip') {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body));
      } else response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    own.close();
    server.closeAllConnections();
    server.close();
  });

  it('gives the JSON of an answer, compressed or not, and none of a refusal', async () => {
    await expect(own.json(url, { signal: forEver })).resolves.toEqual({ asked: 'as it is' });
    await expect(own.json(url, { signal: forEver, compressed: true })).resolves.toEqual({ asked: 'gzip' });
    await expect(own.json(`${url}/refuses`, { signal: forEver })).resolves.toBeUndefined();
  });

  it('rejects when the time is over, before the answer and within it, and when the connection breaks', async () => {
    for (const path of ['/hangs', '/stalls']) {
      await expect(own.json(url + path, { signal: AbortSignal.timeout(50) })).rejects.toThrow();
    }
    await expect(own.json(`${url}/breaks`, { signal: forEver })).rejects.toThrow();
    await expect(own.json(url, { signal: forEver })).resolves.toEqual({ asked: 'as it is' });
  });

  it('leaves no connection behind that would keep the server open', async () => {
    const connections = () =>
      new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
    own.close();
    await waitFor(async () => (await connections()) === 0, { what: 'the connections of other tests to end' });
    const other = new OwnServer();
    await other.json(url, { signal: forEver });
    const hanging = other.json(`${url}/hangs`, { signal: forEver });
    await waitFor(async () => (await connections()) > 0, { what: 'a connection' });
    other.close();
    await expect(hanging).rejects.toThrow();
    await waitFor(async () => (await connections()) === 0, { what: 'the connections to end' });
  });
});
