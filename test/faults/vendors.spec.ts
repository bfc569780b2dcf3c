import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { FoundProduct, FoundVendor, Page, Vendor } from '../../src/contracts/index.js';
import { Cluster, ensureBuilt } from '../support/cluster/index.js';
import { waitFor } from '../support/processes.js';
import { holdStatements, type Hold } from '../support/statement-hold.js';

/** Milliseconds; a page would last for 300 s, and a lease for 10 s. */
const WITHIN = 5_000;

/** Nobody but the leader can put pages out of date that a dead process would have. */
describe('a vendor that is changed, and its instance is killed after the commit', () => {
  let cluster: Cluster;
  let hold: Hold | undefined;

  beforeAll(async () => {
    await ensureBuilt();
    cluster = await Cluster.start({ instances: 2 });
  }, 60_000);
  afterEach(async () => {
    await hold?.end();
    hold = undefined;
    await cluster.heal();
  });
  afterAll(() => cluster.dispose());

  const send = <Body>(to: number, method: string, path: string, body?: unknown) =>
    cluster.client.send<Body>(method, `${cluster.instances[to]!.url}/api${path}`, { body, timeoutMs: 20_000 });

  it('is no longer shown as it was, soon after', async () => {
    const leader = await cluster.leader();
    const other = cluster.instances.indexOf(leader);
    const victim = 1 - other;
    const { body: vendor } = await send<Vendor>(other, 'POST', '/vendors', { name: 'Ramesh', state: 'Goa' });
    const product = { vendorId: vendor.id, name: 'Onion', category: 'vegetables', basePrice: 10 };
    await send(other, 'POST', '/products', product);
    const shown = async (): Promise<unknown[]> => {
      const products = await send<Page<FoundProduct>>(other, 'GET', '/products/search?state=Goa');
      const vendors = await send<Page<FoundVendor>>(other, 'GET', '/vendors/search?state=Goa');
      return [
        ...products.body.items.map((item) => item.vendor.name),
        ...vendors.body.items.map(({ name }) => name),
        products.headers['x-cache'],
        vendors.headers['x-cache'],
      ];
    };
    await waitFor(async () => (await leader.eventStats()).backlog === 0, { what: 'the log to settle' });
    await waitFor(async () => (await shown()).slice(2).every((result) => result === 'HIT'), { what: 'the pages' });

    hold = await holdStatements(cluster.postgres.url(), 'in the commit of a vendor’s event');
    const answer = send(victim, 'PATCH', `/vendors/${vendor.id}`, { name: 'Suresh' }).then(
      ({ status }) => status,
      () => 'no answer',
    );
    await hold.reached();
    await cluster.instances[victim]!.kill();
    expect(await answer).toBe('no answer');
    expect(await shown()).toEqual(['Ramesh', 'Ramesh', 'HIT', 'HIT']);
    await hold.release();
    await waitFor(async () => (await shown()).slice(0, 2).every((name) => name === 'Suresh'), {
      timeoutMs: WITHIN,
      what: 'the pages to be out of date',
    });
  });
});
