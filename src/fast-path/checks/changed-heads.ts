import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { HeadInternals } from '../http/header-writer.js';

const HEAD = 'HTTP/1.1 200 OK\r\nx-own: yes\r\ncontent-length: 2\r\n\r\n';

/**
 * Gives an answer its head as `ResponseHeads` does, and compares what Node sends. That tells more than a version of
 * Node would, of which many are right.
 */
export function changedHeads(Response: new (request: IncomingMessage) => ServerResponse = ServerResponse): string[] {
  const request = Object.assign(new IncomingMessage(new Socket()), { httpVersionMajor: 1, httpVersionMinor: 1 });
  const response = new Response(Object.assign(request, { method: 'GET' }));
  const internals = response as HeadInternals;
  const changed: string[] = [];
  if (internals._header !== null) changed.push('ServerResponse._header is not null at first');
  if (internals.shouldKeepAlive !== true) changed.push('ServerResponse.shouldKeepAlive is not true at first');
  if (changed.length > 0) return changed;
  let sent = '';
  const connection = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      sent += chunk.toString('latin1');
      done();
    },
  });
  response.assignSocket(connection as Socket);
  response.statusCode = 200;
  internals._header = HEAD;
  response.end(Buffer.from('ok'));
  connection.destroy();
  return sent === `${HEAD}ok` ? [] : ['ServerResponse._header is not what is sent'];
}
