import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'node:http';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Product, Vendor } from '../../../src/contracts/index.js';
import { testDatabase } from '../../support/app.js';
import { type Child, startChild, waitFor } from '../../support/processes.js';
import { BUNDLE, ensureBuilt, START_TIMEOUT, startProduct, urlOf } from '../../support/product-process.js';
import type { TestDatabase } from '../../support/test-database.js';
import { bearer, JWT_SECRET } from '../../support/tokens.js';

/** Seconds; 60 were tried by hand. */
const SECONDS = Number(process.env.ATTACK_SECONDS ?? 8);
const QUIET_SECONDS = 4;
const READERS = 50;
const WRITERS = 10;
/** Milliseconds between two requests of one. */
const PAUSE = 500;
/**
 * Milliseconds that 99 of 100 may take in any case, and where the machine is so busy with other things that they take
 * `BUSY` without an attack: then times say little, but every request must be answered. If the seconds are set, the
 * machine is taken to be quiet, and no more than three times as long passes.
 */
const FLOOR = process.env.ATTACK_SECONDS === undefined ? 5_000 : 0;
const BUSY = 100;
const WHERE_BUSY = 30_000;
const MIB = 1_048_576;
/** Of a second attack, which may only bring what gives way to each other. */
const AGAIN_SECONDS = 8;
/** MiB that live on from one attack to the next; 8 s of remembering each made-up search left 6 and more. */
const LEFT_OVER = 4;
/** Has the product collect its garbage at a signal, and say what is left: bytes. */
const COLLECT = 'SIGUSR2';
const COLLECTING = [
  '--expose-gc',
  '--import=data:text/javascript,' +
    `process.on('${COLLECT}',()=>{gc();gc();const{heapUsed,external}=process.memoryUsage();console.log('LIVE',heapUsed+external)})`,
];
/** The attackers have addresses of their own, as they have elsewhere; only Linux has more than one for loopback. */
const onLinux = process.platform === 'linux' ? describe : describe.skip;

/** What takes the place of the product while it is left alone: attackers keep the machine as busy as ever. */
const DECOY = `require('node:http').createServer((request, answer) => request.resume().on('end', () => answer.end('x')))
  .on('upgrade', (_request, socket) => socket.destroy())
  .listen(0, '127.0.0.1', function () { console.log('DECOY http://127.0.0.1:' + this.address().port); });`;

interface Honest {
  stop: () => Promise<void>;
  /** Milliseconds of each request, and what was no success. */
  took: number[];
  failed: string[];
}

onLinux('all attacks that need no token, at once', () => {
  let database: TestDatabase;
  let product: Child;
  let decoy: Child;
  let url: string;
  let client: pg.Client;
  let products: Product[];
  let authorizations: string[];

  beforeAll(async () => {
    await ensureBuilt();
    database = await testDatabase();
    const env = { DATABASE_URL: database.url, JWT_SECRET, DEMO: 'false', LOG_LEVEL: 'error' };
    product = await startProduct(env, process.execPath, [...COLLECTING, BUNDLE]);
    url = await urlOf(product);
    decoy = await startChild(process.execPath, ['-e', DECOY]);
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const admin = await bearer();
    const post = async <Made>(path: string, body: object): Promise<Made> => {
      const headers = { authorization: admin, 'content-type': 'application/json' };
      const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      expect(answer.status).toBe(201);
      return (await answer.json()) as Made;
    };
    products = [];
    authorizations = [];
    for (let index = 0; index < WRITERS; index += 1) {
      const vendor = await post<Vendor>('/api/vendors', { name: `Stall ${index}`, state: 'Delhi' });
      const fields = { vendorId: vendor.id, category: `category-${index}`, basePrice: 1 };
      products.push(await post<Product>('/api/products', { ...fields, name: `Onion ${index}` }));
      authorizations.push(await bearer({ role: 'vendor', vendorId: vendor.id }));
    }
  }, START_TIMEOUT + 60_000);
  afterAll(async () => {
    await client.end();
    await Promise.all([decoy.stop(), product.stop()]);
    await database.drop();
  });

  /** Each has an address of its own. */
  function honest(): Honest {
    const took: number[] = [];
    const failed: string[] = [];
    let over = false;
    const agents: Agent[] = [];
    const one = async (index: number, make: () => [method: string, path: string, body?: object]): Promise<void> => {
      const agent = new Agent({ keepAlive: true });
      agents.push(agent);
      await sleep((PAUSE / (READERS + WRITERS)) * index);
      while (!over) {
        const [method, path, body] = make();
        const began = performance.now();
        const localAddress = `127.1.0.${index + 1}`;
        const headers = body && { authorization: authorizations[index % WRITERS]!, 'content-type': 'application/json' };
        const status = await new Promise<number | string>((resolve) => {
          const sent = request(
            `${url}${path}`,
            { method, agent, localAddress, ...(headers && { headers }) },
            (answer) => {
              answer.resume().on('end', () => resolve(answer.statusCode!));
            },
          );
          sent.on('error', (error) => resolve(error.message)).end(body && JSON.stringify(body));
        });
        took.push(performance.now() - began);
        if (status !== 200) failed.push(`${method} ${path}: ${status}`);
        await sleep(PAUSE);
      }
    };
    let serial = 0;
    const loops = [
      ...Array.from({ length: WRITERS }, (_none, index) =>
        one(index, () => ['PATCH', `/api/products/${products[index]!.id}`, { basePrice: (serial += 1) }]),
      ),
      ...Array.from({ length: READERS }, (_none, index) =>
        one(WRITERS + index, () => ['GET', `/api/products/search?category=category-${(serial += 1) % WRITERS}`]),
      ),
    ];
    return {
      took,
      failed,
      stop: async () => {
        over = true;
        await Promise.all(loops);
        for (const agent of agents) agent.destroy();
      },
    };
  }

  const attack = (target: string, seconds: number): Promise<Child> => {
    const script = ['--import', '@swc-node/register/esm-register', 'test/support/attacks/everything.ts'];
    return startChild(process.execPath, [...script, target, String(seconds), products[0]!.id]);
  };
  const p99 = (took: readonly number[]): number => [...took].sort((a, b) => a - b)[Math.floor(took.length * 0.99)]!;
  const memory = async (): Promise<number> =>
    Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${product.pid}/status`, 'utf8'))![1]) * 1_024;
  /** Bytes that the product has in use, without garbage. */
  const live = async (): Promise<number> => {
    const said = (): string[] => product.output().match(/^LIVE \d+$/gm) ?? [];
    const before = said().length;
    product.signal(COLLECT);
    await waitFor(() => said().length > before, { what: 'the product to collect its garbage' });
    return Number(said().at(-1)!.split(' ')[1]);
  };
  const descriptors = async (): Promise<number> => (await readdir(`/proc/${product.pid}/fd`)).length;
  /** Sessions that keep the leader's locks, of this database: others are of the same server. */
  const leader = async (): Promise<unknown> => {
    const { rows } = await client.query<object>(
      `SELECT pid, objid FROM pg_locks JOIN pg_database d ON d.oid = database
       WHERE locktype = 'advisory' AND granted AND d.datname = current_database() ORDER BY 1, 2`,
    );
    return rows;
  };

  it('leave honest clients their answers, and hold nothing afterwards', async () => {
    const decoyUrl = (await decoy.waitForLine(/^DECOY (\S+)$/))[1]!;
    const quietAttack = await attack(decoyUrl, QUIET_SECONDS + 3);
    await sleep(2_000);
    const quiet = honest();
    await sleep(QUIET_SECONDS * 1_000);
    await quiet.stop();
    await quietAttack.exited;

    const before = { memory: await memory(), descriptors: await descriptors(), leader: await leader() };
    const attackers = await attack(url, SECONDS);
    await waitFor(async () => (await descriptors()) > before.descriptors + 100, {
      timeoutMs: 30_000,
      what: 'attackers',
    });
    const attacked = honest();
    let most = 0;
    while (!attackers.hasExited()) {
      most = Math.max(most, await memory());
      await sleep(250);
    }
    await attacked.stop();
    const done = JSON.parse(attackers.output().trim().split('\n').at(-1)!) as Record<string, number>;
    const figures = {
      quiet: p99(quiet.took),
      attacked: p99(attacked.took),
      grown: (most - before.memory) / MIB,
      requests: attacked.took.length,
    };
    console.log(figures, done);

    expect(quiet.failed).toEqual([]);
    expect(attacked.failed).toEqual([]);
    expect(attacked.took.length).toBeGreaterThanOrEqual(READERS + WRITERS);
    // All kinds have been at it.
    expect(Object.keys(done).length).toBeGreaterThanOrEqual(12);
    expect(figures.attacked).toBeLessThan(figures.quiet < BUSY ? Math.max(3 * figures.quiet, FLOOR) : WHERE_BUSY);
    expect(figures.grown).toBeLessThan(300);
    expect(await leader()).toEqual(before.leader);
    const isFree = async (): Promise<boolean> => (await descriptors()) <= before.descriptors + 10;
    await waitFor(isFree, { timeoutMs: 15_000, what: 'all connections to be free' });
    expect(product.hasExited()).toBe(false);

    const first = await live();
    await (
      await attack(url, AGAIN_SECONDS)
    ).exited;
    await waitFor(isFree, { timeoutMs: 15_000, what: 'all connections to be free again' });
    const again = { first: first / MIB, second: (await live()) / MIB };
    console.log('live after each attack, MiB', again);
    expect(again.second - again.first).toBeLessThan(LEFT_OVER);
  });
});
