import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { importCsv } from '../support/agmarknet.js';
import { startApp, type TestApp } from '../support/app.js';
import { launchBrowser } from '../support/browser.js';
import { createProduct } from '../support/builders.js';
import { packedClient, type PackedClient } from '../support/packed-client.js';
import { type PageServer, servePages } from '../support/page-server.js';
import { waitFor } from '../support/processes.js';
import { arrivalReport } from '../support/series-model.js';
import { seriesCaughtUp } from '../support/series-caught-up.js';

const DAYS = { from: '2026-01-01', to: '2026-01-31' };

/** A room, a search and a series, followed as a page does. */
const PAGE = `<!doctype html><script type="module">
  import { createInventoryClient } from './client.js';
  document.cookie = 'instance=one; path=/';
  window.follow = (options) => {
    const client = createInventoryClient(options);
    const [heard, errors] = [[], []];
    client.on('error', ({ message }) => errors.push(message));
    client.subscribe({ type: 'general' }, {
      onEvent: ({ productId }) => heard.push(productId),
      onGap: ({ reason }) => heard.push(reason),
    });
    const search = client.liveSearch({ category: 'roots' }, () => undefined);
    const series = client.series({ commodity: 'onion', state: 'Goa', ...${JSON.stringify(DAYS)} }, () => undefined);
    window.state = () => ({
      connected: client.connected,
      heard,
      errors,
      statuses: [search.status, series.status],
      prices: search.page?.items.map(({ basePrice }) => basePrice),
      days: series.series?.points.map(({ from, mean }) => [from, mean]),
    });
    window.end = () => client.close();
  };
</script>`;

interface State {
  connected: boolean;
  heard: string[];
  errors: string[];
  statuses: string[];
  prices?: number[];
  days?: [string, number][];
}

/** What pages load, in the browser; Socket.IO is in it, as small as `build/small-sockets.js` makes it. */
describe('the packed file of the client library', () => {
  let app: TestApp;
  let packed: PackedClient;
  let browser: Browser;
  let front: PageServer;
  let withoutWebSocket: PageServer;
  let context: BrowserContext;
  let page: Page;
  let faults: string[];
  let sockets: number;
  let upgraded: boolean;
  /** Whether each request of long polling that was answered had those of the page. */
  let cookies: Promise<boolean>[];
  let modal = 1_000;

  beforeAll(async () => {
    app = await startApp();
    packed = await packedClient();
    browser = await launchBrowser();
    const pages = {
      '/page/': ['text/html', PAGE],
      '/page/client.js': [
        'text/javascript',
        await readFile(join(packed.installed, 'mandi-inventory-client.min.js'), 'utf8'),
      ],
    } as const;
    front = await servePages(app.url, pages, true);
    withoutWebSocket = await servePages(app.url, pages, false);
  });
  afterAll(async () => {
    for (const server of [front, withoutWebSocket]) server?.close();
    await browser?.close();
    await packed?.dispose();
    await app?.close();
  });

  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    [faults, sockets, upgraded, cookies] = [[], 0, false, []];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('websocket', (socket) => {
      sockets += 1;
      // Of Engine.IO: an upgrade.
      socket.on('framesent', ({ payload }) => void (upgraded ||= payload === '5'));
    });
    page.on('request', (request) => {
      if (!request.url().includes('/socket.io/')) return;
      const all = request.response().then((answer) => (answer ? request.allHeaders() : undefined));
      cookies.push(all.then((headers) => headers === undefined || headers.cookie === 'instance=one').catch(() => true));
    });
  });
  afterEach(() => context.close());

  const state = (): Promise<State> => page.evaluate('state()');
  const until = (condition: (now: State) => boolean, what: string): Promise<State> =>
    waitFor(
      async () => {
        const now = await state();
        return condition(now) ? now : undefined;
      },
      { everyMs: 50, timeoutMs: 20_000, what },
    );

  /** On a page of the server's own origin. */
  async function open({ url }: PageServer, socketOptions: object = {}): Promise<void> {
    await page.goto(`${url}/page/`);
    await page.evaluate(`follow(${JSON.stringify({ url, socketOptions })})`);
    await until(({ statuses }) => statuses.every((status) => status === 'live'), 'the search and the series');
  }

  /** What changes is heard, in a room, on a page of a search and in a series. */
  async function follows(): Promise<void> {
    const { id } = await createProduct(app, { category: 'roots', basePrice: 100, names: { hi: 'मूली' } });
    await until(({ heard, prices }) => heard.includes(id) && prices!.includes(100), 'a product');
    await app.request('PATCH', `/api/products/${id}`, { basePrice: 120 });
    await until(({ prices }) => prices!.includes(120), 'its price');
    modal += 1;
    const report = { state: 'Goa', market: 'One', variety: 'Red', day: '2026-01-05' };
    await importCsv(app, arrivalReport([{ ...report, min: 900, max: 1_100, modal }]));
    await seriesCaughtUp(app);
    await until(({ days }) => days!.some((day) => String(day) === `2026-01-05,${modal}`), 'a day of the series');
    await app.request('DELETE', `/api/products/${id}`);
    await until(({ prices }) => prices!.length === 0, 'the product to be gone');
  }

  /** What happens while there is no connection is heard afterwards, once. */
  async function recovers(): Promise<void> {
    await context.setOffline(true);
    await until(({ connected }) => !connected, 'the connection to break');
    const missed = [await createProduct(app), await createProduct(app)].map(({ id }) => id);
    await context.setOffline(false);
    const { heard } = await until((now) => missed.every((id) => now.heard.includes(id)), 'what was missed');
    expect(heard.filter((id) => missed.includes(id))).toEqual(missed);
    expect(new Set(heard)).not.toContain('too_old');
  }

  it('follows over WebSocket, also what was missed', async () => {
    await open(front);
    await follows();
    expect([sockets, cookies.length]).toEqual([1, 0]);
    await recovers();
    await follows();
    expect(faults).toEqual([]);
    await page.evaluate('end()');
    expect((await state()).connected).toBe(false);
  });

  it('follows by long polling where WebSocket can’t be had, with the cookies of its origin', async () => {
    await open(withoutWebSocket);
    await follows();
    await recovers();
    await follows();
    expect(faults).toEqual([]);
    await page.evaluate('end()');
    const sent = await Promise.all(cookies);
    expect([sent.length > 10, sent.every(Boolean)]).toEqual([true, true]);
  });

  it('goes over to WebSocket from long polling', async () => {
    await open(front, { transports: ['polling', 'websocket'] });
    await waitFor(() => upgraded, { what: 'WebSocket' });
    await follows();
    const polls = cookies.length;
    await follows();
    expect([cookies.length, sockets, faults]).toEqual([polls, 1, []]);
    expect((await state()).errors).toEqual([]);
  });

  it('says what the server refuses', async () => {
    await open(front);
    const refused = `import('./client.js').then(({ createInventoryClient }) => {
      const client = createInventoryClient({ url: '${front.url}' });
      return client.products.create({ name: 'x' }).catch((error) => [error.name, error.code, error.status]);
    })`;
    expect(await page.evaluate(refused)).toEqual(['InventoryClientError', 'unauthorized', 401]);
  });
});
