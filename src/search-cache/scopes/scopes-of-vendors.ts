import { isDeepStrictEqual } from 'node:util';
import type { Vendor } from '../../contracts/index.js';
import {
  LISTED_VENDORS_SCOPE,
  listedVendorScope,
  regionOrderScopes,
  REGIONS,
  regionScopes,
  SHOWN_VENDORS_SCOPE,
  shownVendorScope,
  VENDOR_ORDER_SCOPE,
  VENDOR_STATES_SCOPE,
  VENDORS_SCOPE,
} from './scope-names.js';

/** What product pages show of a product's vendor. */
const SHOWN = ['name', 'names', 'market', 'district', 'state'] as const satisfies (keyof Vendor)[];
/** What a text finds vendors by. */
const FOUND_BY = ['name', 'names', 'market', 'district', 'state'] as const satisfies (keyof Vendor)[];

/** A new vendor has no products yet; it may be on pages of vendors, of everywhere and of where it is. */
export const scopesOfVendorCreation = (vendor: Vendor): string[] => [
  VENDORS_SCOPE,
  VENDOR_ORDER_SCOPE,
  ...regionOrderScopes(vendor),
];

/**
 * Every scope whose searches may have another result after this change of one vendor: pages that show it, searches that
 * it comes into or leaves, and pages that it may come to by another name. What no page shows and no search looks at
 * touches nothing: for product searches, such are the languages. The texts that it is found by are in
 * `foundVendorStates`.
 *
 * The other side are `ProductSearchScopes` and `VendorSearchScopes`; the law between them is that of `scopesOfEvents`.
 */
export function scopesOfVendorUpdate(before: Vendor, after: Vendor): string[] {
  const changed = (field: keyof Vendor): boolean => !isDeepStrictEqual(before[field], after[field]);
  // A page of vendors shows all of a vendor, its version included.
  const scopes = [listedVendorScope(after.id), LISTED_VENDORS_SCOPE];
  if (SHOWN.some(changed)) scopes.push(shownVendorScope(after.id), SHOWN_VENDORS_SCOPE);
  if (FOUND_BY.some(changed)) scopes.push(VENDORS_SCOPE);
  if (changed('name')) scopes.push(VENDOR_ORDER_SCOPE, ...[before, after].flatMap(regionOrderScopes));
  if (changed('state')) scopes.push(VENDOR_STATES_SCOPE);
  for (const kind of REGIONS) {
    if (changed(kind)) scopes.push(...[before, after].flatMap((vendor) => regionScopes({ [kind]: vendor[kind] })));
  }
  return [...new Set(scopes)];
}

/** The vendor with all that it was and is found by; empty if none of that has changed. */
export function foundVendorStates(before: Vendor, after: Vendor): Vendor[] {
  return FOUND_BY.some((field) => !isDeepStrictEqual(before[field], after[field])) ? [before, after] : [];
}
