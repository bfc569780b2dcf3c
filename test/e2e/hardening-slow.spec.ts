import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApplication } from '../../src/application.js';
import { loadConfig } from '../../src/config/index.js';
import { HEADER, priceLine } from '../support/agmarknet.js';
import { testDatabase } from '../support/app.js';
import { waitFor } from '../support/processes.js';
import { openRaw, type RawConnection } from '../support/raw-http.js';
import type { TestDatabase } from '../support/test-database.js';
import { bearer, JWT_SECRET } from '../support/tokens.js';

/** Milliseconds; the product's own are minutes for a test. */
const LIMITS = { headersWithin: 400, checkEvery: 50, bodyWithin: 400, uploadSilence: 400 };
/** Milliseconds in which a slow client sends one byte: far less than any limit. */
const DRIP = 40;

describe('slow requests', () => {
  let database: TestDatabase;
  let app: NestFastifyApplication;
  let url: string;
  let authorization: string;
  const opened: RawConnection[] = [];
  const drips: NodeJS.Timeout[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    const env = { LOG_LEVEL: 'fatal', RATE_LIMIT: '0', JWT_SECRET, DATABASE_URL: database.url };
    app = await createApplication(loadConfig(env), database.url, LIMITS);
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    authorization = await bearer();
  });
  afterEach(() => {
    drips.splice(0).forEach(clearInterval);
    for (const connection of opened.splice(0)) connection.close();
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  async function open(): Promise<RawConnection> {
    const connection = await openRaw(url);
    opened.push(connection);
    return connection;
  }

  const head = (method: string, path: string, headers: string[]): string =>
    [`${method} ${path} HTTP/1.1`, 'host: x', `authorization: ${authorization}`, ...headers, '', ''].join('\r\n');
  const json = (length: number): string[] => ['content-type: application/json', `content-length: ${length}`];
  const csv = ['content-type: text/csv', 'transfer-encoding: chunked'];
  const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

  function drip(connection: RawConnection, text: () => string): void {
    drips.push(setInterval(() => connection.write(text()), DRIP));
  }

  function expectTimeout(answer: string): void {
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('content-type: application/problem+json');
    expect(answer).toMatch(/connection: close/i);
    expect(answer).toContain('"code":"request_timeout"');
  }

  it('are cut while their headers trickle in', async () => {
    const connection = await open();
    connection.write('GET /health/live HTTP/1.1\r\nhost: x\r\nx-slow: ');
    drip(connection, () => 'a');
    expectTimeout(await connection.ended);
  });

  it('are cut when they never begin', async () => {
    const connection = await open();
    expectTimeout(await connection.ended);
  });

  it('are cut while a JSON body trickles in', async () => {
    const connection = await open();
    connection.write(head('POST', '/api/vendors', json(10_000)));
    drip(connection, () => ' ');
    expectTimeout(await connection.ended);
  });

  it('are cut while a body trickles in that was refused before', async () => {
    const connection = await open();
    connection.write(head('GET', '/api/vendors/none', json(10_000)));
    drip(connection, () => ' ');
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('are cut when an upload falls silent, and leave nothing behind', async () => {
    const connection = await open();
    connection.write(head('POST', '/api/imports/agmarknet', csv));
    connection.write(chunk(`${HEADER}\n${priceLine({ market: 'Silent' })}\n`));
    expectTimeout(await connection.ended);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('errors_total{type="request_timeout"} ');
    expect(metrics).not.toMatch(/errors_total\{type="(unavailable|internal_error)"\} [1-9]/);
    // Two imports run at a time: a third one shows that the cut one is over.
    const imported = () =>
      fetch(`${url}/api/imports/agmarknet`, {
        method: 'POST',
        headers: { 'content-type': 'text/csv', authorization },
        body: `${HEADER}\n${priceLine({})}\n`,
      });
    await waitFor(async () => (await Promise.all([imported(), imported()])).every(({ status }) => status === 200), {
      what: 'room for two imports',
    });
  });

  it('are not cut when an upload takes longer than any limit', async () => {
    const upload = await open();
    upload.write(head('POST', '/api/imports/agmarknet', csv));
    upload.write(chunk(`${HEADER}\n`));
    drip(upload, () => chunk(`${priceLine({ market: 'Slow' })}\n`));
    // Two others, one after the other, are cut meanwhile.
    for (let other = 0; other < 2; other += 1) {
      const connection = await open();
      connection.write(head('POST', '/api/vendors', json(10_000)));
      expectTimeout(await connection.ended);
    }
    drips.splice(0).forEach(clearInterval);
    upload.write('0\r\n\r\n');
    await waitFor(() => upload.received().includes('"rows":'), { what: 'the answer' });
    expect(upload.received()).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('are not what an idle connection is', async () => {
    const connection = await open();
    const ask = async (times: number): Promise<void> => {
      connection.write(head('GET', '/health/live', []));
      await waitFor(() => connection.received().split('HTTP/1.1 200 ').length === times + 1, { what: 'the answer' });
    };
    await ask(1);
    const other = await open();
    expectTimeout(await other.ended);
    await ask(2);
  });
});
