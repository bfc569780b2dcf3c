import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { PageQuery } from '../../src/client/page-effect.js';
import { UnmatchedTexts } from '../../src/client/unmatched-texts.js';
import { randomOf } from '../support/interleaving.js';
import { LiveSearchModel } from '../support/live-search-model.js';

const SEEDS = 100;
const CHANGES = 60;
const QUERIES: PageQuery[] = [
  { q: 'onion', sort: 'price_asc', limit: 3 },
  { q: 'onion', sort: 'price_desc', limit: 4, availability: 'available' },
  { q: 'onion', sort: 'newest', maxPrice: 50, limit: 3 },
  { q: 'onion', limit: 50, maxPrice: 40 },
  { q: 'onion', limit: 3 },
  { q: 'onion', state: 'Kerala', sort: 'price_asc', limit: 3 },
  { state: 'Delhi', maxPrice: 50, limit: 4 },
  { sort: 'price_asc', limit: 5 },
  { sort: 'price_desc', per: 'piece', limit: 8 },
  { q: 'onion', sort: 'price_asc', per: 'tonne', minPrice: 20_000, maxPrice: 80_000, limit: 3 },
];

/** Often nothing that fits is left, and something else is found instead. */
const LOOSENED: PageQuery[] = [
  { q: 'onion', availability: 'limited', maxPrice: 15, limit: 3 },
  { q: 'onion', sort: 'price_asc', availability: 'limited', maxPrice: 15, limit: 2 },
];

describe('a live search whose events and answers come late, in any order to each other,', () => {
  afterEach(() => void jest.restoreAllMocks());

  /** @returns runs that ended with another page than the server's, and requests of searches that can learn */
  async function runs(queries = QUERIES, seeds = SEEDS): Promise<{ wrong: string[]; requests: number }> {
    const wrong: string[] = [];
    let requests = 0;
    for (const query of queries) {
      for (let seed = 1; seed <= seeds; seed += 1) {
        const model = new LiveSearchModel(query, randomOf(seed));
        await model.run(CHANGES);
        const [shown, right] = model.compare();
        if (JSON.stringify(shown) !== JSON.stringify(right)) wrong.push(`${JSON.stringify(query)} seed ${seed}`);
        if (query.q !== undefined || query.state !== undefined) requests += model.requests;
        model.close();
      }
    }
    return { wrong, requests };
  }

  it('ends with the page of the server, and asks less than one that learns nothing', async () => {
    const { wrong, requests } = await runs();
    expect(wrong).toEqual([]);
    jest.spyOn(UnmatchedTexts.prototype, 'learn').mockReturnValue(undefined);
    expect(requests).toBeLessThan(0.95 * (await runs()).requests);
  }, 120_000);

  it('ends with it too where a text that finds nothing is loosened', async () => {
    expect((await runs(LOOSENED)).wrong).toEqual([]);
  }, 120_000);

  it('would be caught if it did not look at what a page includes by its position', async () => {
    const original = { ...Object.getOwnPropertyDescriptors(UnmatchedTexts.prototype) };
    const read = new WeakMap<UnmatchedTexts, number>();
    jest.spyOn(UnmatchedTexts.prototype, 'pageIsNew').mockImplementation(function (this: UnmatchedTexts, page) {
      read.set(this, page.position);
      original.pageIsNew.value!.call(this, page);
    });
    jest.spyOn(UnmatchedTexts.prototype, 'see').mockImplementation(function (this: UnmatchedTexts, event) {
      return event.position > read.get(this)! && original.see.value!.call(this, event);
    });
    expect((await runs()).wrong).not.toEqual([]);
  }, 120_000);
});
