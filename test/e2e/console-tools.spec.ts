import { describe, expect, it } from '@jest/globals';
import type { AccessClaims } from '../../src/auth/index.js';
import { readFile } from 'node:fs/promises';
import type { FoundProduct, FoundProducts, PriceSeries, Product } from '../../src/contracts/index.js';
import { HEADER } from '../support/agmarknet.js';
import { forgive } from '../support/browser.js';
import { createProduct, createVendor } from '../support/builders.js';
import { consoleTests } from '../support/console.js';
import { waitFor } from '../support/processes.js';

const ONIONS = '/api/products/search?q=onion&market=Azadpur';

describe('the console of those who may change something', () => {
  const tests = consoleTests();
  const { open } = tests;
  const token = async (claims: AccessClaims) => (await tests.app.token(claims)).replace('Bearer ', '');
  const read = async ({ id }: Product) => (await tests.app.request<Product>('GET', `/api/products/${id}`)).body;
  const comesTo = (product: Product, price: number) =>
    waitFor(async () => (await read(product)).basePrice === price, { what: `a price of ${price}` });

  it('lets a vendor change its own prices, shows a conflict, and takes a change back', async () => {
    const vendor = await createVendor(tests.app, { name: 'Ravi Traders' });
    const onion = await createProduct(tests.app, { vendorId: vendor.id, sku: 's-1', name: 'Onion', basePrice: 20 });
    const visited = await open({ at: '#/desk' });
    const { page } = visited;
    await page.getByLabel('Paste the token').fill(`Bearer ${await token({ role: 'vendor', vendorId: vendor.id })}`);
    await page.getByRole('button', { name: 'Use it' }).click();
    const price = page.getByLabel('Price of Onion');
    await price.fill('21.50');
    await price.press('Enter');
    await page.getByRole('button', { name: 'Undo Onion' }).waitFor();
    expect((await read(onion)).basePrice).toBe(21.5);

    await price.fill('22');
    await tests.app.request('PATCH', `/api/products/${onion.id}`, { basePrice: 25 });
    await page.getByText('Changed to ₹25 meanwhile').waitFor();
    await price.press('Enter');
    await page.getByRole('button', { name: 'Set mine' }).waitFor();
    expect((await read(onion)).basePrice).toBe(25);
    await page.getByRole('button', { name: 'Set mine' }).click();
    await page.locator('.conflict').waitFor({ state: 'detached' });
    await comesTo(onion, 22);
    await page.getByRole('button', { name: 'Undo Onion' }).click();
    await comesTo(onion, 25);
    expect(page.url()).not.toContain('eyJ');
    forgive(visited, /412/);
  });

  it('shows what a paste would change and what it refuses, and sets the rest', async () => {
    const vendor = await createVendor(tests.app);
    const okra = await createProduct(tests.app, { vendorId: vendor.id, sku: 'o', name: 'Okra', basePrice: 40 });
    const jwt = await token({ role: 'vendor', vendorId: vendor.id });
    const { page } = await open({ at: '#/desk', token: jwt });
    await page.getByLabel('Paste from a spreadsheet').fill('okra\t44\tlimited\nmystery\t5\n');
    await page.getByRole('button', { name: 'Show what would change' }).click();
    await page.locator('.preview tr', { hasText: 'mystery' }).getByText('no such product').waitFor();
    expect((await read(okra)).basePrice).toBe(40);
    await page.getByRole('button', { name: 'Set 1', exact: true }).click();
    await page.locator('.preview tr', { hasText: 'Okra' }).getByText('set', { exact: true }).waitFor();
    expect(await read(okra)).toMatchObject({ basePrice: 44, availability: 'limited' });
  });

  const FILE = [
    HEADER,
    'Delhi,North Delhi,Azadpur,Onion,Red,FAQ,02/03/2026,1800,2650,2400',
    'Delhi,North Delhi,Azadpur,Onion,Red,FAQ,03/03/2026,1900,2700,2500.50',
    'Delhi,North Delhi,Azadpur,Tomato,Hybrid,FAQ,03/03/2026,900,1500,not a price',
    'Delhi,North Delhi,Azadpur,Potato,Desi,FAQ,31/02/2026,900,1500,1200',
    ',North Delhi,Azadpur,Potato,Desi,FAQ,03/03/2026,900,1500,1200',
  ].join('\n');
  const file = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

  it('looks through a file first, shows what is refused and why, and imports the rest', async () => {
    const { page } = await open({ at: '#/imports', token: await token({ role: 'admin' }) });
    const found = async () => (await tests.app.request<FoundProducts>('GET', ONIONS)).body.items;
    await page.locator('input[type=file]').setInputFiles(file('prices.csv', FILE));
    await page.locator('.rejections tbody tr').nth(2).waitFor();
    expect(await page.locator('.rejections tbody tr td:first-child').allTextContents()).toEqual(['4', '5', '6']);
    await page.locator('.rejections', { hasText: 'not a price' }).waitFor();
    expect(await found()).toEqual([]);
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('Imported.').waitFor();
    expect(await found()).toMatchObject([{ name: 'Onion', basePrice: 2_500.5 }]);

    const elsewhere = [HEADER, 'Delhi,Delhi,Azadpur,Onion,Red,FAQ,03/03/2026,1900,2700,2600'].join('\n');
    await page.locator('input[type=file]').setInputFiles(file('other.csv', elsewhere));
    await page.getByRole('button', { name: 'is Azadpur, North Delhi' }).click();
    await page.getByText('noted').waitFor();
    const [{ vendorId }] = (await found()) as [FoundProduct];
    const { body } = await tests.app.request<{ aliases: object[] }>('GET', `/api/vendors/${vendorId}/aliases`);
    expect(body.aliases).toMatchObject([{ state: 'Delhi', district: 'Delhi', market: 'Azadpur' }]);
  });

  it('shows of a commodity what the API says, and gives that away as a file', async () => {
    const { page } = await open({ at: '#/prices?commodity=onion' });
    const { body } = await tests.app.request<PriceSeries>('GET', '/api/series/prices?commodity=onion&from=2026-03-01');
    const last = body.points.at(-1)!;
    expect(last).toMatchObject({ from: '2026-03-03', mean: 2_500.5 });
    await page.locator('.figures .big', { hasText: '₹2,500.50' }).waitFor();
    await page.locator('.figures', { hasText: '₹1,900 – ₹2,700' }).waitFor();
    await page.locator('.chart canvas').waitFor();
    await page.locator('.movers', { hasText: 'Most changed' }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'As CSV' }).click(),
    ]);
    const rows = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
    expect(rows[0]).toMatch(/^from,to,min,max,.*,unit,currency$/);
    expect(rows.slice(1).map((row) => row.split(',').slice(0, 4))).toEqual(
      body.points.map(({ from, to, min, max }) => [from, to, `${min}`, `${max}`]),
    );
  });

  it('shows operators how the server is, why a search was a hit, and lets them pause a consumer', async () => {
    const created = await tests.app.request('POST', '/api/consumers', { name: 'board', from: 'now' });
    expect(created.status).toBe(201);
    const { page } = await open({ at: '#/operations', token: await token({ role: 'admin' }) });
    await page.locator('.state.is-ok').waitFor();
    await page.getByLabel('Search products').fill('made up only here');
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.locator('.explanation div', { hasText: 'second' }).getByText('HIT', { exact: true }).waitFor();
    await page.locator('.explanation div', { hasText: 'first' }).getByText('MISS', { exact: true }).waitFor();
    await page.locator('.facts', { hasText: 'lastPosition' }).waitFor();
    await page.locator('summary', { hasText: 'board' }).click();
    await page.locator('.consumer[open]').getByRole('button', { name: 'Pause' }).click();
    await page.locator('.consumer[open]').getByRole('button', { name: 'Go on' }).waitFor();
    const { body } = await tests.app.request('GET', '/api/consumers/board');
    expect(body).toMatchObject({ paused: true });
  });

  it('lets one listen, and shows the program that does the same', async () => {
    const hostile = '<img src=x onerror=alert(1)>';
    const product = await createProduct(tests.app, { name: hostile });
    const { page } = await open({ at: '#/playground' });
    await page.locator('pre', { hasText: 'client.subscribe' }).waitFor();
    await page.getByRole('button', { name: 'Listen' }).click();
    await page.locator('summary', { hasText: 'confirmed' }).waitFor();
    await tests.app.request('PATCH', `/api/products/${product.id}`, { basePrice: 7 });
    await page.locator('summary', { hasText: `price_changed ${hostile}` }).waitFor();
  });
});
