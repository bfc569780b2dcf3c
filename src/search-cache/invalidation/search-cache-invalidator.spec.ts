import { describe, expect, it } from '@jest/globals';
import { anEvent } from '../../../test/support/events.js';
import { Clock, Metrics } from '../../infra/index.js';
import { OPEN } from '../scopes/scope-names.js';
import { SearchText } from '../scopes/search-text.js';
import { SearchCacheMetrics } from '../search-cache.metrics.js';
import type { ResilientCache } from '../store/resilient-cache.js';
import type { ScopesOf } from '../store/search-cache-store.js';
import { SearchCacheInvalidator } from './search-cache-invalidator.js';

describe('the count of invalidated scopes', () => {
  const countsAfter = async (ask: (scopesOf: ScopesOf) => void): Promise<Record<string, number>> => {
    const cache = {
      invalidateWatched: (scopesOf: ScopesOf) => {
        ask(scopesOf);
        return Promise.resolve(true);
      },
    } as unknown as ResilientCache;
    const metrics = new SearchCacheMetrics(new Metrics(), cache);
    const text = new SearchText();
    text.use({ ofProduct: () => ['tur'], ofVendor: () => [], ofQuery: () => undefined });
    const invalidator = new SearchCacheInvalidator(cache, metrics, text, new Clock());
    await invalidator.invalidate([anEvent({ eventType: 'product_created', changes: [] })]);
    return metrics.invalidations;
  };

  it('has those of each partition once, whichever is asked for last', async () => {
    const once = await countsAfter((scopesOf) => scopesOf(() => true));
    expect(once).toMatchObject({ product: 1, text: 1 });
    expect(Math.min(once.vendor!, once.category!, once.combined!)).toBeGreaterThan(0);
    const inParts = await countsAfter((scopesOf) => {
      scopesOf(({ vendor }) => vendor !== OPEN);
      scopesOf(({ vendor }) => vendor === OPEN);
      scopesOf(() => false);
    });
    expect(inParts).toEqual(once);
  });
});
