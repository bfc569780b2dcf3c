import { createServer, type RequestListener, type Server as HttpServer } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { upload } from './upload.js';

let listening: HttpServer | undefined;

async function serve(handler: RequestListener) {
  listening = createServer(handler).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  return { url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`, token: 'secret' };
}

afterEach(() => {
  listening?.closeAllConnections();
  listening?.close();
  listening = undefined;
});

class Watch {
  bytes = 0;
  completed = false;
  sent(bytes: number) {
    this.bytes = bytes;
  }
  complete() {
    this.completed = true;
  }
}

function* endless() {
  for (;;) yield Buffer.alloc(64 * 1024, 'x');
}

describe('upload', () => {
  it('streams the body and gives the answer', async () => {
    const server = await serve((request, response) => {
      void text(request).then((body) => {
        const { 'content-type': type, authorization } = request.headers;
        response.end(JSON.stringify({ path: request.url, type, authorization, size: body.length }));
      });
    });
    const watch = new Watch();
    const source = Readable.from([Buffer.alloc(100_000), Buffer.alloc(23)], { objectMode: false });
    expect(await upload(server, '/api/imports/agmarknet', 'text/csv', source, watch)).toEqual({
      path: '/api/imports/agmarknet',
      type: 'text/csv',
      authorization: 'Bearer secret',
      size: 100_023,
    });
    expect(watch).toEqual({ bytes: 100_023, completed: true });
  });

  it('stops sending when the server refuses before the end', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(403).end(JSON.stringify({ detail: 'Only an admin may import' }));
    });
    const source = Readable.from(endless(), { objectMode: false });
    await expect(upload(server, '/', 'text/csv', source, new Watch())).rejects.toThrow(
      'The server answered 403 Forbidden: Only an admin may import',
    );
    expect(source.destroyed).toBe(true);
  });

  it('says that the connection was lost', async () => {
    const server = await serve((request) => void request.once('data', () => request.destroy()));
    const source = Readable.from(endless(), { objectMode: false });
    await expect(upload(server, '/', 'text/csv', source, new Watch())).rejects.toThrow('it closed the connection');
    expect(source.destroyed).toBe(true);
  });

  it('fails with the source, and does not pass half a file off as a whole one', async () => {
    const ended: boolean[] = [];
    const server = await serve((request) => {
      request.resume().on('close', () => ended.push(request.complete));
      request.on('error', () => undefined);
    });
    function* broken() {
      yield Buffer.from('half');
      throw new Error('disk fault');
    }
    const source = Readable.from(broken(), { objectMode: false });
    await expect(upload(server, '/', 'text/csv', source, new Watch())).rejects.toThrow('disk fault');
    expect(ended).not.toContain(true);
  });
});
