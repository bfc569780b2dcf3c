import type { InventoryEvent, PriceObservation, Product, Vendor } from '../../contracts/index.js';

/** What of a product decides which series its prices are in. */
export type SeriesProduct = Pick<Product, 'id' | 'vendorId' | 'category' | 'commodity' | 'variety' | 'unitWeightKg'>;
export type SeriesVendor = Pick<Vendor, 'id' | 'state' | 'district' | 'market'>;

/** A report of a product and day. */
export interface SeriesReport extends Pick<
  PriceObservation,
  'day' | 'revision' | 'min' | 'max' | 'modal' | 'unit' | 'currency'
> {
  productId: string;
  kg: number | null;
}

/** A price that a vendor has set, of the product and market day. */
export interface OwnPrice {
  productId: string;
  day: string;
  position: number;
  price: number;
  unit: string;
  unit_weight_kg: number | null;
  currency: string;
}

/** What events say about prices: the last of each product, vendor and report, and all prices that vendors have set. */
export interface SeriesFacts {
  products: SeriesProduct[];
  vendors: SeriesVendor[];
  reports: SeriesReport[];
  ownPrices: OwnPrice[];
}

const OF_UNIT: ReadonlySet<string> = new Set(['unit', 'unitWeightKg', 'currency']);

export function factsOf(events: readonly InventoryEvent[]): SeriesFacts {
  const products = new Map<string, SeriesProduct>();
  const vendors = new Map<string, SeriesVendor>();
  const reports = new Map<string, SeriesReport>();
  const ownPrices: OwnPrice[] = [];
  for (const event of events) {
    const { product, vendor, observation } = event;
    if (vendor) vendors.set(vendor.id, placeOf(vendor));
    if (product) products.set(product.id, seriesProductOf(product));
    if (observation && event.productId !== null) addReport(reports, event.productId, observation);
    else if (product && setsPrice(event)) ownPrices.push(ownPriceOf(product, event.position));
  }
  return {
    products: [...products.values()],
    vendors: [...vendors.values()],
    reports: [...reports.values()],
    ownPrices,
  };
}

function addReport(reports: Map<string, SeriesReport>, productId: string, observation: PriceObservation): void {
  const { day, revision, min, max, modal, unit, currency, arrivals } = observation;
  const key = `${productId} ${day}`;
  if ((reports.get(key)?.revision ?? 0) > revision) return;
  reports.set(key, { productId, day, revision, min, max, modal, unit, currency, kg: arrivals?.kg ?? null });
}

/** A vendor's own change of what a product costs, or its first price. */
function setsPrice({ eventType, changes }: InventoryEvent): boolean {
  if (eventType === 'product_created' || eventType === 'price_changed') return true;
  return eventType === 'product_updated' && changes.some(({ field }) => OF_UNIT.has(field));
}

const placeOf = ({ id, state, district, market }: Vendor): SeriesVendor => ({ id, state, district, market });

function seriesProductOf({ id, vendorId, category, commodity, variety, unitWeightKg }: Product): SeriesProduct {
  return { id, vendorId, category, commodity, variety, unitWeightKg };
}

function ownPriceOf(product: Product, position: number): OwnPrice {
  const { id: productId, pricedOn: day, basePrice: price, unit, unitWeightKg, currency } = product;
  return { productId, day, position, price, unit, unit_weight_kg: unitWeightKg, currency };
}
