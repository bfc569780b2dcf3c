import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Suggestion } from '../../src/contracts/index.js';
import { entries } from '../../src/inventory/glossary/index.js';
import { suggestionsFor } from '../../src/inventory/search/loosening/suggestions.js';
import { startApp, type TestApp } from '../support/app.js';
import { createProduct, createVendor } from '../support/builders.js';
import { expectFieldError } from '../support/problems.js';

describe('GET /products/suggest', () => {
  let app: TestApp;
  let vendorId: string;

  beforeAll(async () => {
    app = await startApp();
    vendorId = (await createVendor(app)).id;
    for (const [index, commodity] of ['onion', 'onion', 'spring-onion', 'potato', 'tomato', 'tomato'].entries()) {
      await createProduct(app, { vendorId, sku: `${index}`, name: commodity, commodity });
    }
  });
  afterAll(() => app?.close());

  const suggest = async (query: Record<string, string>, headers: Record<string, string> = {}) => {
    const path = `/api/products/suggest?${new URLSearchParams(query).toString()}`;
    const { body } = await app.request<{ suggestions: Suggestion[] }>('GET', path, undefined, headers);
    return body.suggestions;
  };
  const goods = async (q: string) => (await suggest({ q })).map(({ commodity }) => commodity);

  it('names what begins as typed, in any script, with how many products there are', async () => {
    expect((await suggest({ q: 'oni' }))[0]).toEqual({
      commodity: 'onion',
      text: 'Onion',
      displayName: 'Onion',
      products: 2,
    });
    for (const q of ['o', 'on', 'ONI', 'pya', 'प्या', 'வெங்', 'onion']) expect((await goods(q))[0]).toBe('onion');
    // Sounds so.
    expect((await goods('aalu'))[0]).toBe('potato');
    expect(await goods('!!')).toEqual([]);
    expect(await goods('zzzz')).toEqual([]);
  });

  it('puts what there are most products of first, and what there is none of last', async () => {
    const found = await suggest({ q: 't', limit: '50' });
    expect(found[0]!.commodity).toBe('tomato');
    expect(found.findLastIndex(({ products }) => products > 0)).toBeLessThan(
      found.findIndex(({ products }) => products === 0),
    );
    expect(await suggest({ q: 't' })).toHaveLength(8);
  });

  it('follows what is written', async () => {
    const { id } = await createProduct(app, { vendorId, sku: 'more', name: 'Saffron', commodity: 'saffron' });
    const { id: third } = await createProduct(app, { vendorId, sku: 'third', name: 'Onion', commodity: 'onion' });
    expect((await suggest({ q: 'onion' }))[0]!.products).toBe(3);
    await app.request('PATCH', `/api/products/${third}`, { commodity: 'potato' });
    expect((await suggest({ q: 'onion' }))[0]!.products).toBe(2);
    expect((await suggest({ q: 'potato' }))[0]!.products).toBe(2);
    for (const one of [id, third]) await app.request('DELETE', `/api/products/${one}`);
    expect((await suggest({ q: 'potato' }))[0]!.products).toBe(1);
  });

  it('shows names in the language asked for, or in the one that the client prefers', async () => {
    expect((await suggest({ q: 'oni', lang: 'hi-IN' }))[0]!.displayName).toBe('प्याज');
    expect((await suggest({ q: 'oni' }, { 'accept-language': 'ta-IN' }))[0]!.displayName).toBe('வெங்காயம்');
    expect((await suggest({ q: 'oni', lang: 'xx' }))[0]!.displayName).toBe('Onion');
  });

  it('refuses what is no query', async () => {
    for (const [query, field] of [
      ['q=%00', 'q'],
      ['q=a&limit=0', 'limit'],
      ['q=a&limit=51', 'limit'],
      ['q=a&lang=1', 'lang'],
    ]) {
      expectFieldError(await app.request('GET', `/api/products/suggest?${query}`), field!);
    }
  });

  it('takes a small part of a millisecond of processor time, whatever is typed', () => {
    const beginnings = entries
      .flatMap(({ name, names }) => [name, ...Object.values(names)])
      .flatMap((name) => [2, 3, 5].map((length) => [...name].slice(0, length).join('')));
    const typed = [...new Set(beginnings)];
    suggestionsFor('warm', undefined, 8, () => 1);
    const before = process.cpuUsage();
    for (const q of typed) suggestionsFor(q, 'hi', 8, () => 1);
    const { user, system } = process.cpuUsage(before);
    expect(typed.length).toBeGreaterThan(5_000);
    // 26 µs on a machine of 2024; to look at all names takes 380.
    expect((user + system) / typed.length).toBeLessThan(200);
  });

  it('takes a few milliseconds at most', () => {
    suggestionsFor('warm', undefined, 8, () => 1);
    const times = Array.from({ length: 200 }, (_none, index) => {
      const start = performance.now();
      suggestionsFor(['o', 'po', 'प्या', 'gre', 'bitter g'][index % 5]!, 'hi', 8, () => 1);
      return performance.now() - start;
    });
    expect(times.sort((one, other) => one - other)[100]).toBeLessThan(20);
  });
});
