import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Product, Vendor } from '../../src/contracts/index.js';
import { forgive } from '../support/browser.js';
import { createProduct, createVendor } from '../support/builders.js';
import { breakConnections } from '../support/clients.js';
import { consoleTests } from '../support/console.js';
import { waitFor } from '../support/processes.js';
import { startTcpProxy } from '../support/tcp-proxy.js';

/** Bytes as they are sent, of all that the first view loads. */
const FIRST_VIEW = 120_000;
/** A port that nothing listens on. */
const NOWHERE = 1;
const HOSTILE = '"><img src=x onerror="window.broken=1"><script>window.broken=1</script>';

/** The console as people use it, in a real browser. */
describe('the console', () => {
  const tests = consoleTests();
  const { open } = tests;
  let vendor: Vendor;
  let onion: Product;

  beforeAll(async () => {
    vendor = await createVendor(tests.app, { name: 'Asha Traders', market: 'Azadpur', state: 'Delhi' });
    const potato = { name: 'Potato', names: { hi: 'आलू' }, commodity: 'potato', unit: 'quintal', basePrice: 1_200 };
    const names = { hi: 'प्याज', ur: 'پیاز' };
    await createProduct(tests.app, { vendorId: vendor.id, ...potato });
    const fields = { vendorId: vendor.id, name: 'Onion', names, commodity: 'onion', unit: 'quintal' };
    onion = await createProduct(tests.app, fields);
  });

  const setPrice = (product: Product, basePrice: number) =>
    tests.app.request('PATCH', `/api/products/${product.id}`, { basePrice });

  it('is what a browser is sent to, and programs are not', async () => {
    const ask = (accept: string) => fetch(tests.app.url, { headers: { accept }, redirect: 'manual' });
    const [page, json] = [await ask('text/html,*/*;q=0.8'), await ask('*/*')];
    expect([page.status, page.headers.get('location')]).toEqual([302, 'console']);
    expect([json.status, await json.json()]).toMatchObject([404, { code: 'not_found' }]);
    const slash = await fetch(`${tests.app.url}/console/`);
    expect([slash.status, slash.url]).toEqual([200, `${tests.app.url}/console`]);
  });

  it('has nothing inline, and files that may be kept for ever', async () => {
    const response = await fetch(`${tests.app.url}/console`);
    const page = await response.text();
    const policy = response.headers.get('content-security-policy');
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(policy).not.toContain('unsafe');
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/i);
    const script = /src="([^"]+\.js)"/.exec(page)![1]!;
    const of = async (encoding: string) => {
      const { headers } = await fetch(`${tests.app.url}/${script}`, { headers: { 'accept-encoding': encoding } });
      return ['content-type', 'content-encoding', 'cache-control'].map((name) => headers.get(name));
    };
    const kept = 'public, max-age=31536000, immutable';
    expect(await of('gzip, br')).toEqual(['text/javascript; charset=utf-8', 'br', kept]);
    expect(await of('gzip, br;q=0')).toEqual(['text/javascript; charset=utf-8', 'gzip', kept]);
    expect(await of('identity')).toEqual(['text/javascript; charset=utf-8', null, kept]);
    expect((await fetch(`${tests.app.url}/console/assets/..%2f..%2fpackage.json`)).status).toBe(404);
  });

  it('shows the market within 120 kB, and a change of it at once without a reload', async () => {
    const { page } = await open({ extraHTTPHeaders: { 'accept-encoding': 'gzip' } });
    const row = page.locator('tr', { hasText: 'Onion' });
    await row.waitFor();
    const loaded = await page.evaluate<number[]>(
      "performance.getEntriesByType('resource').filter(({ name }) => name.includes('/console/')).map((one) => one.encodedBodySize)",
    );
    expect(loaded.length).toBeGreaterThanOrEqual(3);
    expect(loaded.reduce((sum, size) => sum + size, 0)).toBeLessThan(FIRST_VIEW);
    await page.locator('.pill.is-live').waitFor();
    await setPrice(onion, 1_755.5);
    await row.locator('.price', { hasText: '₹1,755.50' }).and(page.locator('[class*=flash-up]')).waitFor();
    await page.locator('.feed li', { hasText: '₹1,755.50' }).waitFor();
    await page.getByRole('button', { name: 'per kg' }).click();
    await row.locator('.price', { hasText: '₹17.56' }).waitFor();
  });

  it('finds in any script as one types, by keyboard alone, and says what it took a text for', async () => {
    const { page } = await open();
    const box = page.getByRole('combobox', { name: 'Search products' });
    await box.pressSequentially('pyaz');
    await page.getByRole('option', { name: /^Onion/ }).waitFor();
    await page.locator('tbody tr', { hasText: 'Potato' }).waitFor({ state: 'detached' });
    await page.locator('tbody tr', { hasText: 'Onion' }).waitFor();
    await box.press('ArrowDown');
    await box.press('Enter');
    expect(await box.inputValue()).toBe('Onion');
    await box.fill('oinon');
    await page.getByText('Showing results for').waitFor();
    expect(new URL(page.url()).hash).toBe('#/market?q=oinon');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.locator('tbody tr', { hasText: 'Potato' }).waitFor();
    await page
      .getByRole('button', { name: /Out of stock|Delhi/ })
      .first()
      .click();
    await page.locator('button[aria-pressed=true]', { hasText: 'Delhi' }).waitFor();
  });

  it('shows a product at any time of its life, with what each event has changed', async () => {
    const { id } = await createProduct(tests.app, { vendorId: vendor.id, name: 'Okra', unit: 'kg', basePrice: 40 });
    await setPrice({ id } as Product, 44);
    const { page } = await open({ at: `#/product/${id}` });
    await page.locator('.timeline .state-then', { hasText: '₹44' }).waitFor();
    await page.locator('.chart canvas').first().waitFor();
    await setPrice({ id } as Product, 47);
    await page.locator('.timeline .state-then', { hasText: '₹47' }).waitFor();
    const slider = page.getByRole('slider');
    await slider.press('Home');
    await page.locator('.timeline .state-then', { hasText: '₹40' }).waitFor();
    await slider.press('ArrowRight');
    await page.locator('.diff', { hasText: '40' }).locator('ins', { hasText: '44' }).waitFor();
    await page.getByRole('link', { name: 'Asha Traders' }).click();
    await page.locator('.vendor tr', { hasText: 'Okra' }).waitFor();
  });

  it('tells admins whose change it was', async () => {
    const token = (await tests.app.token({ role: 'admin' })).replace('Bearer ', '');
    const { page } = await open({ at: `#/product/${onion.id}`, token });
    await page.locator('.moment .tag', { hasText: 'admin · ' }).waitFor();
  });

  it('speaks Hindi, marks the language of names, and fits on a small screen in the dark', async () => {
    const { page } = await open({ language: 'hi', viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
    const name = page.locator('th a', { hasText: 'प्याज' });
    await name.waitFor();
    expect(await name.getAttribute('lang')).toBe('hi');
    expect(await page.locator('html').getAttribute('lang')).toBe('hi');
    await page.getByRole('link', { name: 'बाज़ार' }).waitFor();
    const colour = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    expect(await colour()).toBe('rgb(20, 18, 15)');
    const widths = () => page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
    expect(await widths()).toEqual([360, 360]);
    await page.getByRole('button', { name: 'गहरे रंग' }).click();
    expect(await colour()).toBe('rgb(246, 244, 240)');
  });

  it('takes names and texts for nothing but texts', async () => {
    const bad = await createVendor(tests.app, { name: HOSTILE, market: HOSTILE, names: { hi: HOSTILE } });
    const fields = { name: HOSTILE, names: { en: HOSTILE }, description: HOSTILE, variety: HOSTILE, unit: '<b>x</b>' };
    const { id } = await createProduct(tests.app, { vendorId: bad.id, ...fields });
    await setPrice({ id } as Product, 101);
    const token = (await tests.app.token({ role: 'admin' })).replace('Bearer ', '');
    const views = ['', `#/market?q=${encodeURIComponent(HOSTILE)}`];
    const ofThese = [`#/product/${id}`, `#/vendor/${bad.id}`, `#/desk/${bad.id}`];
    for (const at of [...views, ...ofThese]) {
      const { page } = await open({ at, token });
      await page.locator('main', { hasText: HOSTILE }).first().waitFor();
      expect(await page.evaluate<boolean>("'broken' in window || document.querySelector('main img') !== null")).toBe(
        false,
      );
    }
  });

  it('says that it has lost the server, and shows what it has missed when the server is back', async () => {
    const port = Number(new URL(tests.app.url).port);
    const proxy = await startTcpProxy(port);
    try {
      const visited = await open({}, `http://127.0.0.1:${proxy.port}`);
      const { page } = visited;
      await page.locator('.pill.is-live').waitFor();
      await page.locator('tr', { hasText: 'Onion' }).waitFor();
      proxy.redirect(NOWHERE);
      breakConnections(tests.app);
      await page.locator('.offline').waitFor();
      await page.locator('.market.is-stale').waitFor();
      await setPrice(onion, 1_999);
      proxy.redirect(port);
      await page
        .locator('tr', { hasText: '₹1,999' })
        .or(page.locator('tr', { hasText: '₹19.99' }))
        .first()
        .waitFor();
      await page.locator('.pill.is-live').waitFor();
      await waitFor(async () => (await page.locator('.offline').count()) === 0, { what: 'the warning to go' });
      // That nothing answered, the browser says by itself.
      forgive(visited, /ERR_(?:CONNECTION_\w+|EMPTY_RESPONSE|SOCKET\w*)|WebSocket connection to/);
    } finally {
      await proxy.close();
    }
  });

  it('keeps its memory level however much happens, and shows the last of it', async () => {
    const { page } = await open({ at: '#/market?q=crates' });
    await page.locator('.pill.is-live').waitFor();
    const devtools = await page.context().newCDPSession(page);
    const used = async () => {
      await devtools.send('HeapProfiler.collectGarbage');
      const { usedSize } = await devtools.send('Runtime.getHeapUsage');
      const { nodes } = await devtools.send('Memory.getDOMCounters');
      return { nodes, megabytes: usedSize / 1e6 };
    };
    const FIRST = 51;
    const skus = Array.from({ length: 500 }, (_unused, index) => `s-${index}`);
    const happens = async (price: number): Promise<void> => {
      const items = skus.map((sku) => ({ sku, name: `Crates ${sku}`, category: 'vegetables', basePrice: price }));
      const { status } = await tests.app.request('PUT', `/api/vendors/${vendor.id}/inventory`, { items });
      expect(status).toBe(200);
      const shown = page.locator('.feed li', { hasText: `₹${price}` }).first();
      if (price > FIRST) await shown.waitFor();
    };
    for (const price of [FIRST, 52, 53, 54]) await happens(price);
    const before = await used();
    for (const price of [61, 62, 63, 64, 65, 66]) await happens(price);
    const after = await used();
    expect(after.megabytes - before.megabytes).toBeLessThan(1.5);
    expect(after.nodes).toBeLessThan(before.nodes + 3_000);
    expect(await page.locator('.feed li').count()).toBe(40);
  });
});
