import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Server } from 'node:http';
import { promisify } from 'node:util';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApplication } from '../../../src/application.js';
import { loadConfig } from '../../../src/config/index.js';
import { testDatabase } from '../../support/app.js';
import { waitFor } from '../../support/processes.js';
import type { TestDatabase } from '../../support/test-database.js';
import { JWT_SECRET } from '../../support/tokens.js';

const UPGRADE = 'host: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n';

/** Clients that get their answer and never close: what they hold is a descriptor each, of which there are few. */
describe('connections that their clients never close', () => {
  let database: TestDatabase;
  let app: NestFastifyApplication;
  let server: Server;
  const clients: Socket[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    const env = { LOG_LEVEL: 'fatal', RATE_LIMIT: '0', JWT_SECRET, DATABASE_URL: database.url };
    app = await createApplication(loadConfig(env), database.url, { headersWithin: 300, checkEvery: 50 });
    await app.listen(0, '127.0.0.1');
    server = app.getHttpServer();
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const open = (): Promise<number> => promisify(server.getConnections.bind(server))();

  it.each<[string, string, RegExp]>([
    ['send nothing', '', /^HTTP\/1\.1 408 /],
    ['send half a head', 'GET / HTTP/1.1\r\nhost:', /^HTTP\/1\.1 408 /],
    ['send no HTTP', 'hello\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['send too large a head', `GET / HTTP/1.1\r\na: ${'x'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    [
      'ask for a WebSocket without a key',
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n${UPGRADE}\r\n`,
      / 400 /,
    ],
    ['ask for an unknown transport', `GET /socket.io/?EIO=4&transport=x HTTP/1.1\r\n${UPGRADE}\r\n`, / 400 /],
    [
      'ask for an upgrade elsewhere, and to close',
      `GET /x HTTP/1.1\r\n${UPGRADE.replace('upgrade', 'close, upgrade')}\r\n`,
      / 404 /,
    ],
  ])('are freed when they %s', async (_what, text, answer) => {
    const { port } = new URL(await app.getUrl());
    const received: string[] = [];
    for (let count = 0; count < 20; count += 1) {
      const client = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
      clients.push(client);
      received.push('');
      client.setEncoding('latin1').on('data', (part: string) => (received[count] += part));
      client.on('error', () => undefined);
      await once(client, 'connect');
      client.write(text);
    }
    await waitFor(async () => (await open()) === 0, { what: 'the end of all' });
    // Each got its answer first.
    await waitFor(() => received.every((text) => answer.test(text)), { what: 'the answers' }).catch(() => undefined);
    expect(received.filter((text) => !answer.test(text))).toEqual([]);
  });
});
