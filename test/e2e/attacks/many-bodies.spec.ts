import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../../support/app.js';
import { createVendor } from '../../support/builders.js';
import { waitFor } from '../../support/processes.js';
import { expectProblem } from '../../support/problems.js';
import { openRaw, type RawConnection } from '../../support/raw-http.js';

const MIB = 1_048_576;

/** Large bodies at once, whose sum would be the memory of the process, and the wait of each body behind them. */
describe('many large bodies', () => {
  let app: TestApp;
  let vendors: { id: string; authorization: string }[];

  beforeAll(async () => {
    app = await startApp();
    const ids = await Promise.all([0, 1, 2, 3].map(async () => (await createVendor(app)).id));
    vendors = await Promise.all(
      ids.map(async (id) => ({ id, authorization: await app.token({ role: 'vendor', vendorId: id }) })),
    );
  });
  afterAll(() => app.close());

  /** A body of which only the beginning comes. */
  const begin = async (vendor: number, length: string): Promise<RawConnection> => {
    const { id, authorization } = vendors[vendor]!;
    const connection = await openRaw(app.url);
    const headers = `host: x\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\n${length}\r\n`;
    connection.write(`PUT /api/vendors/${id}/inventory HTTP/1.1\r\n${headers}\r\n`);
    return connection;
  };
  /** Resolves when the server has seen what was sent before: it takes a small request, of a token that it knows. */
  const seen = async (vendor: number): Promise<void> => {
    const { id, authorization } = vendors[vendor]!;
    for (const name of ['Asha', 'Usha']) {
      const { status } = await app.request('PATCH', `/api/vendors/${id}`, { name }, { authorization });
      expect(status).toBe(200);
    }
  };
  /** A body of 300 KiB. */
  const send = (vendor: number) => {
    const { id, authorization } = vendors[vendor]!;
    const items = Array.from({ length: 200 }, (_, index) => ({
      sku: `sku-${index}`,
      name: 'Lot',
      category: 'lots',
      description: 'x'.repeat(1_500),
    }));
    return app.request('PUT', `/api/vendors/${id}/inventory`, { items }, { authorization });
  };
  const refused = async (vendor: number): Promise<boolean> => {
    const answer = await send(vendor);
    if (answer.status === 200) return false;
    expectProblem(answer, 503, 'unavailable');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    return true;
  };

  /**
   * Begins as many bodies as are let in together, and waits for the next to be refused. The memory of an answered body
   * is free only when its connection has seen the end of the answer, so one may come too early: it is begun again.
   */
  const fill = async (bodies: { vendor: number; length: string }[], next: number): Promise<RawConnection[]> => {
    const begun = new Map<number, RawConnection>();
    const all = async (): Promise<boolean> => {
      for (const [index, { vendor, length }] of bodies.entries()) {
        if (!begun.has(index)) begun.set(index, await begin(vendor, length));
      }
      await seen(next);
      if (!(await refused(next))) return false;
      for (const [index, connection] of begun) if (connection.received() !== '') begun.delete(index);
      return begun.size === bodies.length;
    };
    await waitFor(all, { what: 'the refusal' });
    return [...begun.values()];
  };

  it.each([
    ['that say how long they are', 4, `content-length: ${4 * MIB}`],
    ['that don’t', 16, 'transfer-encoding: chunked'],
  ])('are refused beyond 16 MiB of one principal, and nobody else’s: those %s', async (_which, count, length) => {
    await seen(0);
    const begun = await fill(Array<{ vendor: number; length: string }>(count).fill({ vendor: 0, length }), 0);
    const one = await begin(0, length);
    await waitFor(() => one.received().startsWith('HTTP/1.1 503 '), { what: 'the refusal, before the body is sent' });
    expect(await refused(1)).toBe(false);
    // What is small goes on.
    await seen(0);
    for (const connection of [...begun, one]) connection.close();
    await waitFor(async () => !(await refused(0)), { what: 'the end of the bodies' });
  });

  it('are refused beyond 48 MiB of all', async () => {
    for (const vendor of [0, 1, 2]) await seen(vendor);
    const bodies = Array.from({ length: 12 }, (_, index) => ({
      vendor: index % 3,
      length: `content-length: ${4 * MIB}`,
    }));
    const begun = await fill(bodies, 3);
    for (const connection of begun) connection.close();
    await waitFor(async () => !(await refused(3)), { what: 'the end of the bodies' });
  });
});
