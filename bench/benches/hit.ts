import { Child } from '../support/children.js';
import type { BenchRun } from '../support/bench-run.js';
import { type BenchResult, compare } from '../support/report.js';
import { alternate } from '../support/rounds.js';
import type { Server } from '../support/server.js';

const CONNECTIONS = 32;
const PATHS = [
  'category=vegetables',
  'category=fruits&sort=price_asc',
  'q=onion',
  'q=tomato&category=vegetables&availability=available',
  'minPrice=100&maxPrice=500&per=quintal&category=spices',
  'state=State%203&category=cereals',
  'category=pulses&sort=price_desc&lang=hi',
  'q=rice&sort=newest',
].map((search) => `/api/products/search?${search}&limit=20`);

/** Cached pages, beside a bare Fastify that sends strings of the same lengths. */
export async function hit(run: BenchRun): Promise<BenchResult> {
  const server = await run.server({ databaseUrl: await run.database() });
  return measure(run, 'hit', server, 0.8);
}

export async function hitRedis(run: BenchRun): Promise<BenchResult> {
  const server = await run.server({ databaseUrl: await run.database(), redis: await run.redis() });
  return measure(run, 'hit-redis', server, 0.5);
}

async function measure(run: BenchRun, bench: string, server: Server, reach: number): Promise<BenchResult> {
  const pages = await Promise.all(PATHS.map((path) => cachedPage(server, path)));
  const fastify = await Child.start(new URL('../ceilings/fastify.process.ts', import.meta.url));
  run.defer(() => fastify.stop());
  const port = await fastify.ask<number>({ pages: pages.map((page) => '.'.repeat(page.length)) });

  const http = await run.httpLoad();
  const { token } = server;
  const work = { kind: 'get', token, paths: PATHS, expect: 'x-cache: HIT' } as const;
  const ours = await http.open('server', server.port, CONNECTIONS, work);
  const ceiling = await http.open('fastify', port, CONNECTIONS, {
    kind: 'get',
    token,
    paths: PATHS.map((_, index) => `/pages/${index}`),
    expect: 'content-type: application/json; charset=utf-8',
  });
  let notHits = 0;
  const rounds = await alternate(
    run.options.rounds,
    async () => {
      const { perSecond, unexpected: others } = await run.profiles.during(() => ours.run(run.milliseconds));
      notHits += others;
      return perSecond;
    },
    async () => (await ceiling.run(run.milliseconds)).perSecond,
  );
  const bytes = pages.map((page) => page.length);
  return {
    rows: [compare({ bench, unit: 'requests/s', rounds, reach, better: 'higher' })],
    details: { rounds, pageBytes: bytes, notHits },
  };
}

/** Asks until the page comes from the cache; throws if it has fewer than 20 items. */
async function cachedPage(server: Server, path: string): Promise<Buffer> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const response = await fetch(server.url + path, { headers: { authorization: `Bearer ${server.token}` } });
    const body = Buffer.from(await response.arrayBuffer());
    if (response.headers.get('x-cache') !== 'HIT') continue;
    const { items } = JSON.parse(body.toString()) as { items: unknown[] };
    if (items.length !== 20) throw new Error(`${path} has ${items.length} items`);
    return body;
  }
  throw new Error(`${path} is not cached`);
}
