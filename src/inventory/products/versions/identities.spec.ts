import { describe, expect, it } from '@jest/globals';
import { aProduct } from '../../../../test/support/events.js';
import { type IdentityChanges, identityChanges } from './identities.js';
import type { VersionRow } from './product-versions.sql.js';

const ONE = '00000000-0000-0000-0000-000000000001';
const OTHER = '00000000-0000-0000-0000-000000000002';

describe('identityChanges', () => {
  const { id, vendorId } = aProduct({});
  const current = { id, vendorId, textId: ONE };
  const row = (from: number, to: number | null, textId = ONE, seller = vendorId): VersionRow => ({
    ...{ from, to, textId },
    product: aProduct({ vendorId: seller, version: from }),
  });
  const spans = ({ begun, ended }: IdentityChanges): unknown => ({
    begun: begun.map(({ from, to }) => [from, to]),
    ended: ended.map(({ at }) => at),
  });
  const changes = (rows: VersionRow[], at?: number): unknown =>
    spans(identityChanges([current], { ended: at === undefined ? [] : [{ id, from: 1, at }] }, rows));

  it('has none for changes of prices and stock', () => {
    expect(changes([row(5, 7), row(7, null)], 5)).toEqual({ begun: [], ended: [] });
  });

  it('ends one and begins another with other texts, or another vendor', () => {
    expect(changes([row(5, 7, OTHER), row(7, null, OTHER)], 5)).toEqual({ begun: [[5, null]], ended: [5] });
    expect(changes([row(5, 7), row(7, null, ONE, 'another')], 5)).toEqual({ begun: [[7, null]], ended: [7] });
    expect(changes([row(5, 7, OTHER), row(7, null)], 5)).toEqual({
      begun: [
        [5, 7],
        [7, null],
      ],
      ended: [5],
    });
  });

  it('ends one with its product, and begins another when that is there again', () => {
    expect(changes([], 5)).toEqual({ begun: [], ended: [5] });
    expect(changes([row(5, 6), row(9, null)], 5)).toEqual({ begun: [[9, null]], ended: [6] });
    expect(spans(identityChanges([], { ended: [] }, [row(1, 2), row(2, null)]))).toEqual({
      begun: [[1, null]],
      ended: [],
    });
  });
});
