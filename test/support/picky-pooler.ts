import { connect, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';

export interface PickyPooler {
  url: string;
  /** Startup packets that it has refused. */
  refused(): number;
  close(): Promise<void>;
}

/**
 * Stands before PostgreSQL as PgBouncer does: a startup packet that has other settings than PgBouncer knows is
 * refused, or they are
 * left out of it. What follows is passed on.
 */
export async function startPickyPooler(databaseUrl: string, mode: 'refuses' | 'ignores'): Promise<PickyPooler> {
  let refused = 0;
  const url = new URL(databaseUrl);
  const port = Number(url.port);
  const server = createServer((client) => {
    client.on('error', () => client.destroy());
    client.once('data', (packet) => {
      const fields = packet.toString('latin1', 8).split('\0');
      const place = fields.indexOf('options');
      if (place >= 0 && mode === 'refuses') {
        refused += 1;
        client.end(errorResponse('unsupported startup parameter: options'));
        return;
      }
      if (place >= 0) fields.splice(place, 2);
      const body = Buffer.concat([packet.subarray(4, 8), Buffer.from(fields.join('\0'), 'latin1')]);
      const length = Buffer.alloc(4);
      length.writeInt32BE(body.length + 4);
      const upstream = connect(port, '127.0.0.1', () => upstream.write(Buffer.concat([length, body])));
      upstream.on('error', () => client.destroy());
      upstream.on('close', () => client.destroy());
      client.on('close', () => upstream.destroy());
      client.pipe(upstream).pipe(client);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    refused: () => refused,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

function errorResponse(message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C08P01\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
