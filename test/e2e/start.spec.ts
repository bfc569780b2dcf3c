import { readFile } from 'node:fs/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import type { Page, Product, Vendor } from '../../src/contracts/index.js';
import { runningPostmaster } from '../../src/embedded-postgres/postmaster.js';
import { type EmbeddedFixture, embeddedFixture } from '../support/postgres-server.js';
import { type Child, waitFor } from '../support/processes.js';
import { ensureBuilt, START_TIMEOUT, send, startProduct, urlOf } from '../support/product-process.js';

/** The product as its users start it: a process of its own, on a data directory of its own. */
describe('the started product', () => {
  let fixture: EmbeddedFixture;
  let children: Child[];

  beforeAll(ensureBuilt, START_TIMEOUT);
  beforeEach(async () => {
    fixture = await embeddedFixture();
    children = [];
  });
  afterEach(async () => {
    await Promise.all(children.map((child) => child.stop()));
    await fixture.dispose();
  }, START_TIMEOUT);

  async function launch(env: Record<string, string> = {}, command?: string, args?: readonly string[]): Promise<Child> {
    const child = await startProduct({ DATA_DIR: fixture.dataDir, ...env }, command, args);
    children.push(child);
    return child;
  }

  const postmaster = () => runningPostmaster(fixture.cluster);

  it(
    'shows where it is, serves, ends at once when told to, and has its data when it starts again',
    async () => {
      const first = await launch();
      const url = await urlOf(first);
      expect(first.output()).toMatch(`Docs   ${url}/docs\n`);
      expect(first.output()).toMatch(/^ {2}Admin {2}[\w-]+\.[\w-]+\.[\w-]+$/m);
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      expect((await fetch(`${url}/docs/openapi.json`)).status).toBe(200);
      expect((await search(url, 'प्याज')).length).toBeGreaterThan(0); // the demo catalogue

      const vendor = await create<Vendor>(first, `${url}/api/vendors`, { name: 'Start test' });
      const product = await create<Product>(first, `${url}/api/products`, {
        vendorId: vendor.id,
        name: 'Dragon fruit',
        names: { hi: 'कमलम' },
        category: 'fruits',
        basePrice: 180.5,
      });
      expect(await search(url, 'कमलम')).toEqual([product.id]);

      const socket = io(`${url}/inventory`, { transports: ['websocket'], reconnection: false });
      await waitFor(() => socket.connected, { what: 'the socket' });
      first.signal('SIGTERM');
      expect(await first.exited).toBe(0);
      socket.disconnect();
      expect(await postmaster()).toBeUndefined();

      const second = await launch();
      // Others that may be meant come behind it.
      expect((await search(await urlOf(second), 'kamalam'))[0]).toBe(product.id);
      // A Ctrl-C under npm comes twice: from the terminal and from npm.
      second.signal('SIGINT');
      second.signal('SIGINT');
      await second.waitForLine(/\bEnded\b/);
      expect(await postmaster()).toBeUndefined();
      expect(await second.exited).toBe(0);
      expect(second.output()).toMatch(
        /SIGINT: ends within 9 s\. Waits for what is under way on \d+ connections?, then PostgreSQL/,
      );
      expect(await postmaster()).toBeUndefined();
    },
    START_TIMEOUT,
  );

  it(
    'refuses a second start on the same DATA_DIR in one line, and survives a kill -9',
    async () => {
      const first = await launch({ DEMO: 'false' });
      const url = await urlOf(first);
      expect(await search(url, '')).toEqual([]);
      const vendor = await create<Vendor>(first, `${url}/api/vendors`, { name: 'Acknowledged' });

      const other = await launch();
      expect(await other.exited).toBe(1);
      expect(linesOf(other)).toEqual([expect.stringContaining(`DATA_DIR ${fixture.dataDir} is in use`)]);
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);

      const before = await postmaster();
      first.signal('SIGKILL');
      await first.exited;
      const second = await launch({ DEMO: 'false' });
      const found = await fetch(`${await urlOf(second)}/api/vendors/${vendor.id}`);
      expect([found.status, await found.json()]).toEqual([200, vendor]);
      expect(await postmaster()).toEqual(before);
      second.signal('SIGTERM');
      expect(await second.exited).toBe(0);
      expect(await postmaster()).toBeUndefined();
    },
    START_TIMEOUT,
  );

  it(
    'leaves nothing behind when it is told to end while it still starts',
    async () => {
      const child = await launch();
      await waitFor(postmaster, { timeoutMs: START_TIMEOUT, what: 'PostgreSQL' });
      child.signal('SIGINT');
      expect(await child.exited).toBe(0);
      expect(linesOf(child)).toEqual([expect.stringContaining('SIGINT: ends before it has started')]);
      expect(await postmaster()).toBeUndefined();
    },
    START_TIMEOUT,
  );

  it(
    'starts from its modules as well as in one piece',
    async () => {
      const child = await launch({ DEMO: 'false' }, process.execPath, ['dist/main.js']);
      expect((await fetch(`${await urlOf(child)}/health/ready`)).status).toBe(200);
      child.signal('SIGTERM');
      expect(await child.exited).toBe(0);
    },
    START_TIMEOUT,
  );

  it.each(['dist/bundle/main.js', 'dist/main.js', 'build/ensure-built.js'])(
    'ends with one line on an older Node.js, before all else: %s',
    async (script) => {
      const versions = `{value: {...process.versions, node: '20.18.3'}}`;
      const older = `data:text/javascript,Object.defineProperty(process, 'versions', ${versions})`;
      const child = await launch({}, process.execPath, ['--import', older, script]);
      expect(await child.exited).toBe(1);
      const { engines } = JSON.parse(await readFile('package.json', 'utf8')) as { engines: { node: string } };
      const needed = engines.node.replace('>=', '');
      expect(child.output()).toBe(`mandi-inventory-sync: Node.js ${needed} or later is needed, not 20.18.3\n`);
    },
    START_TIMEOUT,
  );

  it(
    'ends when npm, which started it, is told to',
    async () => {
      // Without the build that `npm start` does first.
      const npm = await launch({}, 'npm', ['start', '--ignore-scripts']);
      const url = await urlOf(npm);
      npm.signal('SIGTERM');
      await npm.exited;
      await waitFor(async () => !(await postmaster()), { what: 'PostgreSQL to end' });
      await expect(fetch(`${url}/health/live`)).rejects.toThrow();
    },
    START_TIMEOUT,
  );
});

function linesOf(child: Child): string[] {
  return child
    .output()
    .split('\n')
    .filter((line) => line !== '');
}

async function create<Body>(server: Child, url: string, body: unknown): Promise<Body> {
  const response = await send(server, 'POST', url, body);
  expect(response.status).toBe(201);
  return (await response.json()) as Body;
}

/** The ids found. */
async function search(url: string, q: string): Promise<string[]> {
  const response = await fetch(`${url}/api/products/search?${new URLSearchParams({ q }).toString()}`);
  expect(response.status).toBe(200);
  return ((await response.json()) as Page<Product>).items.map(({ id }) => id);
}
