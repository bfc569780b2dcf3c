import { describe, expect, it } from '@jest/globals';
import { aNewEvent, aProduct, aVendor, aVendorEvent, placed } from '../../test/support/events.js';
import type { FoundProduct, Vendor } from '../contracts/index.js';
import { effectOf, type PageQuery } from './page-effect.js';
import type { ProductEvent, ProductPage, VendorEvent } from './types.js';
import { UnmatchedTexts } from './unmatched-texts.js';

const EPOCH = 'one';
const vendor = aVendor();

const itemOf = ({ id, name, names, market, district, state }: Vendor): FoundProduct => ({
  ...aProduct({ vendorId: id }),
  vendor: { id, name, names, market, district, state },
  pricePer: null,
});
const page = (...items: FoundProduct[]): ProductPage => ({
  items,
  nextCursor: null,
  epoch: EPOCH,
  position: 10,
  interpretation: { kind: 'exact', q: '', dropped: [], corrected: [], place: null },
});
const updated = (next: Vendor, position = 11): VendorEvent =>
  placed(aVendorEvent({ eventType: 'vendor_updated', vendor: next, version: 2 }), EPOCH, position) as VendorEvent;
const effect = (event: VendorEvent, shown: ProductPage, query: PageQuery = {}) =>
  effectOf(event, shown, { vendorId: vendor.id, ...query }, new UnmatchedTexts(query));

describe('what another commodity of a product does to a page that shows it', () => {
  const shown = page({ ...itemOf(vendor), commodity: null });
  const [item] = shown.items;
  const changes = [{ field: 'commodity', oldValue: null, newValue: 'onion' }];
  const draft = aNewEvent({
    eventType: 'product_updated',
    productId: item!.id,
    changes,
    version: 2,
    product: { ...item!, commodity: 'onion', version: 2 },
  });
  const event = placed(draft, EPOCH, 11) as ProductEvent;
  const effectOn = (query: PageQuery) => effectOf(event, shown, query, new UnmatchedTexts(query));

  it('is to have a page of a text asked for again, which may lack the good no more', () => {
    expect(effectOn({ q: 'onoin' })).toBe('refetch');
    expect(effectOn({})).toMatchObject({ items: [{ commodity: 'onion' }] });
  });
});

describe('what a vendor’s change does to a page of its products', () => {
  const renamed = { ...vendor, name: 'New Azadpur', version: 2 };

  it('is to be shown with each of them', () => {
    const foreign = itemOf(aVendor({ id: 'vnd_other', name: 'Other' }));
    expect(effect(updated(renamed), page(itemOf(vendor), foreign))).toEqual({
      ...page(itemOf(renamed), foreign),
      position: 11,
    });
  });

  it('is nothing if the page shows nothing of it, or has it already', () => {
    expect(effect(updated({ ...vendor, languages: ['ta'] }), page(itemOf(vendor)))).toBe('none');
    expect(effect(updated(renamed), page())).toBe('none');
    expect(effect(updated(renamed, 10), page(itemOf(vendor)))).toBe('none');
  });

  it('has the page asked for again if it is of a region, which the vendor may have left or come into', () => {
    for (const query of [{ state: 'Delhi' }, { district: 'North' }]) {
      expect(effect(updated({ ...vendor, state: 'Goa' }), page(itemOf(vendor)), query)).toBe('refetch');
      expect(effect(updated({ ...vendor, state: 'Goa' }), page(), query)).toBe('refetch');
    }
  });
});
