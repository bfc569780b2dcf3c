import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import pg from 'pg';
import { clientToCut } from './client-to-cut.js';
import { roamingClient } from './roaming-client.js';

/** What PostgreSQL says when it takes a connection without asking for a password, and is ready. */
const READY = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

describe('a client that can be cut off from a server that never answers', () => {
  let server: Server;
  let port: number;
  /** Whether the server lets clients in; queries it never answers. */
  let welcomes: boolean;
  let sockets: Socket[];

  beforeEach(async () => {
    sockets = [];
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      if (welcomes) socket.once('data', () => socket.write(READY));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });

  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  const open = () => {
    const connectionString = `postgres://user@127.0.0.1:${port}/database?sslmode=disable`;
    const opened = clientToCut({ connectionString, Client: pg.Client });
    opened.client.on('error', () => undefined);
    return opened;
  };

  it('rejects with the reason what waits for the connection to be made', async () => {
    welcomes = false;
    const { client, cut } = open();
    const connected = client.connect();
    await once(server, 'connection');
    cut(new Error('given up'));
    await expect(connected).rejects.toThrow('given up');
  });

  it('is given up, and nothing else happens, while it looks for its server', async () => {
    welcomes = false;
    const url = `postgres://user@127.0.0.1:${port}/database?sslmode=disable`;
    const { client, cut } = clientToCut({ Client: roamingClient([{ name: 'only', url }]) });
    const connected = client.connect();
    await once(server, 'connection');
    const failed = expect(connected).rejects.toThrow();
    cut(new Error('given up'));
    // Jest fails a test during which an error goes unhandled, as Node.js would end the process.
    for (const socket of sockets) socket.destroy();
    await failed;
  });

  it('rejects with the reason what waits for answers, and ends', async () => {
    welcomes = true;
    const { client, cut } = open();
    await client.connect();
    const answers = [client.query('SELECT 1'), client.query('SELECT 2')];
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    cut(new Error('given up'));
    for (const result of await Promise.allSettled(answers)) expect(result.status).toBe('rejected');
    await expect(answers[0]).rejects.toThrow('given up');
    await ended;
  });
});
