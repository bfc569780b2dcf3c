import { AVAILABILITIES, PRODUCT_SORTS } from '../../../contracts/index.js';
import {
  askedLanguageRule,
  idRule,
  isSlug,
  priceRule,
  PRODUCT_RULES,
  queryNumber,
  queryPrice,
  textRule,
} from '../../../validation/index.js';
import { facetsRule } from './facets-rule.js';
import { MAX_CURSOR, MAX_ITEMS, MAX_TEXT, ProductSearchQuery, VendorSearchQuery } from './search.dto.js';

/** Paths of the searches, also as metrics and the log name them. */
export const SEARCH_ROUTES = { product: '/api/products/search', vendor: '/api/vendors/search' } as const;

type Value = string | number | boolean;
/** The value that a decoded text stands for; undefined: not plainly valid. */
type Reader = (text: string) => Value | undefined;

const that =
  (fits: (text: string) => boolean): Reader =>
  (text) =>
    fits(text) ? text : undefined;
const number =
  (fits: (value: number) => boolean): Reader =>
  (text) => {
    const value = queryNumber(text);
    return typeof value === 'number' && fits(value) ? value : undefined;
  };
const price: Reader = (text) => {
  const value = queryPrice(text);
  return typeof value === 'number' && priceRule(value) === undefined ? value : undefined;
};
const textOf = (maxLength: number, blank = false): Reader => {
  const rule = textRule(maxLength, { blank });
  return that((text) => rule(text) === undefined);
};
const oneOf = (values: readonly string[]): Reader => that((text) => values.includes(text));

const PAGE: Record<string, Reader> = {
  q: textOf(MAX_TEXT, true),
  lang: that((text) => askedLanguageRule(text) === undefined),
  state: textOf(MAX_TEXT),
  district: textOf(MAX_TEXT),
  market: textOf(MAX_TEXT),
  category: that(isSlug),
  limit: number((value) => Number.isInteger(value) && value >= 1 && value <= MAX_ITEMS),
  cursor: textOf(MAX_CURSOR),
};
const PRODUCTS: Record<string, Reader> = {
  ...PAGE,
  vendorId: that((text) => idRule(text) === undefined),
  per: that((text) => PRODUCT_RULES.unit(text) === undefined),
  currency: that((text) => PRODUCT_RULES.currency(text) === undefined),
  minPrice: price,
  maxPrice: price,
  availability: oneOf(AVAILABILITIES),
  sort: oneOf(PRODUCT_SORTS),
  facets: that((text) => facetsRule(text) === undefined),
  exact: (text) => ({ true: true, false: false })[text],
};

/**
 * What the query of a URL means, if that can be told at a glance: known parameters, each once and valid, and nothing
 * unusual in how they are written. Undefined: it needs the framework's parser and class-validator, which take 70 µs for
 * one, or isn't such a search.
 */
export function plainProductSearch(url: string): ProductSearchQuery | undefined {
  return read(url, SEARCH_ROUTES.product, PRODUCTS, new ProductSearchQuery());
}

export function plainVendorSearch(url: string): VendorSearchQuery | undefined {
  return read(url, SEARCH_ROUTES.vendor, PAGE, new VendorSearchQuery());
}

function read<Query extends object>(
  url: string,
  route: string,
  readers: Record<string, Reader>,
  query: Query,
): Query | undefined {
  const start = `${route}?`;
  if (!url.startsWith(start)) return undefined;
  const values = query as Record<string, Value | undefined>;
  const seen = new Set<string>();
  for (const pair of url.slice(start.length).split('&')) {
    const [, name, text] = /^([a-zA-Z]+)=([\w.:~%+-]+)$/.exec(pair) ?? [];
    if (name === undefined || seen.has(name) || !Object.hasOwn(readers, name)) return undefined;
    const decoded = decode(text!);
    const value = decoded === undefined ? undefined : readers[name]!(decoded);
    if (value === undefined) return undefined;
    values[name] = value;
    seen.add(name);
  }
  return query;
}

function decode(text: string): string | undefined {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return undefined;
  }
}
