import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FoundProduct, Page } from '../../src/contracts/index.js';
import { entries } from '../../src/inventory/glossary/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { SEARCHES } from '../support/search-table.js';

/** A result counts only among the first ones: nobody looks further. */
const LOOKED_AT = 3;

describe('search quality', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
    const vendor = await createVendor(app);
    // As the import makes them: named as the portal does, with the glossary's translations.
    const items = entries.map(({ name, portal, names, category }) => ({
      sku: name,
      name: portal[0] ?? name,
      names: { en: name, ...names },
      category,
      basePrice: 100,
    }));
    const { status } = await app.request('PUT', `/api/vendors/${vendor.id}/inventory`, { items });
    expect(status).toBe(200);
  });
  afterAll(() => app.close());

  const firstFor = async (q: string): Promise<string[]> => {
    const path = `/api/products/search?limit=${LOOKED_AT}&q=${encodeURIComponent(q)}`;
    const { body } = await app.request<Page<FoundProduct>>('GET', path);
    return body.items.map(({ names }) => names.en!);
  };

  it('finds what is meant, in any language, script and usual spelling', async () => {
    expect(SEARCHES.length).toBeGreaterThanOrEqual(120);
    const missed: string[] = [];
    for (const [q, meant] of SEARCHES) {
      const found = await firstFor(q);
      if (!found.includes(meant)) missed.push(`${q} → ${meant}, not ${found.join(', ') || 'nothing'}`);
    }
    const recall = 1 - missed.length / SEARCHES.length;
    // The list is the message when too much is missed.
    expect({ recall, missed: recall >= 0.95 ? [] : missed }).toEqual({ recall: expect.any(Number), missed: [] });
    expect(recall).toBeGreaterThanOrEqual(0.95);
  });

  it.each(
    entries
      .flatMap(({ name, names }) => Object.values(names).map((native) => [native, name] as const))
      .filter((_pair, index) => index % 40 === 0),
  )('finds %s by its name in its own script', async (native, name) => {
    expect(await firstFor(native)).toContain(name);
  });

  it('puts what is called so as a whole before what has it in its name', async () => {
    const vendor = await createVendor(app);
    for (const name of ['Old Quixotic', 'Quixotic', 'Dried Quixotic']) {
      await createProduct(app, { vendorId: vendor.id, name, names: { en: name } });
    }
    expect((await firstFor('quixotic'))[0]).toBe('Quixotic');
  });

  it('puts exact words first', async () => {
    expect((await firstFor('onion'))[0]).toBe('Onion');
    expect((await firstFor('aloo'))[0]).toBe('Potato');
    expect((await firstFor('mango'))[0]).toMatch(/Mango/);
    expect((await firstFor('चना दाल'))[0]).toBe('Chana Dal');
  });
});

describe('varieties and grades', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
    const vendor = await createVendor(app);
    for (const [name, variety, grade] of [
      ['Wheat', 'Lokwan', 'FAQ'],
      ['Wheat', 'Other', 'FAQ'],
      ['Onion', 'Nasik Red', 'Large'],
      ['Onion', 'Red', 'Local'],
      ['Rice', '१५०९', 'Grade 1'],
    ] as const) {
      await createProduct(app, { vendorId: vendor.id, sku: `${name} ${variety}`, name, variety, grade });
    }
  });
  afterAll(() => app.close());

  const found = async (q: string): Promise<string[]> => {
    const { body } = await app.request<Page<FoundProduct>>('GET', `/api/products/search?q=${encodeURIComponent(q)}`);
    return body.items.map(({ name, variety }) => `${name} ${variety}`);
  };

  it.each([
    ['lokwan wheat', 'Wheat Lokwan'],
    ['wheat lokwan', 'Wheat Lokwan'],
    ['nashik red onion', 'Onion Nasik Red'],
    ['nasik onion', 'Onion Nasik Red'],
    ['1509 rice', 'Rice १५०९'],
  ])('finds %s', async (q, first) => {
    expect((await found(q))[0]).toBe(first);
  });

  it.each(['Variety', 'Grade', 'FAQ', 'Other', 'Local', 'వరి'])('finds nothing by %s, which says nothing', async (q) => {
    expect(await found(q)).toEqual([]);
  });
});
