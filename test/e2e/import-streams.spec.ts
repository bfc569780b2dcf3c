import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { HEADER, importCsv, priceLine } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { expectProblem } from '../support/problems.js';
import { waitFor } from '../support/processes.js';
import { storedDigest } from '../support/reading.js';
import { bearer } from '../support/tokens.js';

/** Uploads that take their time, break off, or are refused half-way. */
describe('a streamed import', () => {
  let app: TestApp;
  let authorization: string;

  beforeAll(async () => {
    [app, authorization] = await Promise.all([startApp(), bearer()]);
  });
  afterAll(() => app.close());

  function open(): ClientRequest {
    const upload = request(`${app.url}/api/imports/agmarknet`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv', authorization },
      agent: false,
    });
    upload.on('error', () => undefined); // connections are broken on purpose here
    return upload;
  }

  /** Resolves when the server has taken `text` from us. */
  const write = (upload: ClientRequest, text: string) =>
    new Promise<void>((resolve) => upload.write(text, () => resolve()));

  it('writes nothing when the client goes away, and lets the next one in', async () => {
    const before = await storedDigest(app);
    const broken = [open(), open()];
    for (const upload of broken) await write(upload, `${HEADER}\n${priceLine({ commodity: 'Broken' })}\n`);
    // Two run, so a third has to wait; that it is told so shows that they have begun.
    await waitFor(async () => (await importCsv(app, 'x')).status === 503, { what: 'both imports to run' });
    expectProblem(await importCsv(app, `${HEADER}\n`), 503, 'unavailable');

    for (const upload of broken) upload.destroy();
    const answer = await waitFor(
      async () => {
        const next = await importCsv(app, `${HEADER}\n`);
        return next.status === 503 ? undefined : next;
      },
      { what: 'room for the next import' },
    );
    expect(answer.body).toMatchObject({ status: 422, rows: 0, created: 0 });
    expect(await storedDigest(app)).toBe(before);
  });

  it('is refused at its header, before the rest has come', async () => {
    const upload = open();
    await write(upload, `State,Market\n${'Delhi,Azadpur\n'.repeat(20_000)}`);
    const [response] = (await once(upload, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    upload.destroy();
    expect((await importCsv(app, `${HEADER}\n${priceLine({})}`)).status).toBe(200);
  });

  it('lets a client that sends on finish, and be answered', async () => {
    const body = `State,Market\n${'Delhi,Azadpur\n'.repeat(500_000)}`; // 7 MB
    expectProblem(await importCsv(app, body), 400, 'import_header_invalid');
    expect((await app.request('GET', '/health/live')).status).toBe(200);
  });
});
