import { Injectable, Logger } from '@nestjs/common';
import type { Availability, NewVendor } from '../../contracts/index.js';
import { entries, type GlossaryEntry } from '../glossary/index.js';
import type { ProductCommand } from '../products/write/product-command.js';
import { ProductWriter } from '../products/write/product-writer.js';
import { VendorService } from '../vendors/vendor.service.js';
import { DEMO_MARKETS } from './demo-markets.js';

const PRODUCTS_PER_VENDOR = 16;

/** Rupees per quintal around which a category's demo prices lie. */
const TYPICAL_PRICE: Record<string, number> = {
  vegetables: 2_400,
  fruits: 5_500,
  cereals: 2_300,
  pulses: 6_800,
  oilseeds: 6_200,
  spices: 14_000,
  flowers: 6_000,
  'dry-fruits': 52_000,
};

/** A small multilingual catalogue for a first look: the same on every machine, loaded only into an empty database. */
@Injectable()
export class DemoCatalogue {
  private readonly logger = new Logger(DemoCatalogue.name);

  constructor(
    private readonly vendors: VendorService,
    private readonly writer: ProductWriter,
  ) {}

  async loadIfEmpty(): Promise<void> {
    if (!(await this.vendors.isEmpty())) return;
    const vendors = DEMO_MARKETS.map(demoVendor);
    await this.vendors.ensure(vendors);
    const outcomes = await this.writer.write(vendors.flatMap((vendor, index) => demoProducts(vendor.id, index)));
    this.logger.log(`Loaded the demo catalogue: ${vendors.length} vendors, ${outcomes.length} products`);
  }
}

function demoVendor(market: (typeof DEMO_MARKETS)[number], index: number): NewVendor & { id: string } {
  const [state, district, name, localName, language] = market;
  return {
    id: `vnd_demo_${index + 1}`,
    name,
    names: { [language]: localName },
    market: name,
    district,
    state,
    languages: ['en', language],
  };
}

/** Upserts, so that two instances starting at once on an empty database make one catalogue. */
function demoProducts(vendorId: string, vendorIndex: number): ProductCommand[] {
  const offered = entries.filter(({ category }) => category in TYPICAL_PRICE);
  return Array.from({ length: PRODUCTS_PER_VENDOR }, (_none, place) => {
    // Steps through the list so that common goods are sold by many and every good by at least one vendor.
    const entry = offered[place < 6 ? (vendorIndex + place) % 12 : (vendorIndex * 10 + place) % offered.length]!;
    return demoProduct(vendorId, entry, vendorIndex * PRODUCTS_PER_VENDOR + place, place);
  });
}

function demoProduct(vendorId: string, entry: GlossaryEntry, seed: number, place: number): ProductCommand {
  const spread = 0.6 + ((seed * 37) % 80) / 100;
  const create = {
    name: entry.name,
    names: { ...entry.names },
    category: entry.category,
    unit: 'quintal',
    basePrice: Math.round((TYPICAL_PRICE[entry.category]! * spread) / 10) * 10,
    availability: availabilityOf(seed),
  };
  return { kind: 'upsert', vendorId, sku: `demo-${place + 1}`, updates: {}, create };
}

function availabilityOf(seed: number): Availability {
  if (seed % 17 === 0) return 'out_of_stock';
  return seed % 5 === 0 ? 'limited' : 'available';
}
