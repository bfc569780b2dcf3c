import { Injectable, Logger } from '@nestjs/common';
import type { Availability, NewVendor } from '../../contracts/index.js';
import type { Caller } from '../event-origin.js';
import { entries, type GlossaryEntry } from '../glossary/index.js';
import type { ProductCommand } from '../products/write/product-command.js';
import { ProductWriter } from '../products/write/product-writer.js';
import { VendorService } from '../vendors/vendor.service.js';
import { demoGood, isOffered } from './demo-goods.js';
import { DEMO_MARKETS } from './demo-markets.js';

const PRODUCTS_PER_VENDOR = 16;

/** Whom the events of the catalogue name. */
const DEMO: Caller = { actor: { kind: 'library', id: 'demo' } };

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
    await this.vendors.ensure(vendors, DEMO);
    const outcomes = await this.writer.write(
      vendors.flatMap((vendor, index) => demoProducts(vendor.id, index)),
      DEMO,
    );
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
  const offered = entries.filter(isOffered);
  return Array.from({ length: PRODUCTS_PER_VENDOR }, (_none, place) => {
    // Steps through the list so that common goods are sold by many and every good by at least one vendor.
    const entry = offered[place < 6 ? (vendorIndex + place) % 12 : (vendorIndex * 10 + place) % offered.length]!;
    return demoProduct(vendorId, entry, vendorIndex * PRODUCTS_PER_VENDOR + place, place);
  });
}

function demoProduct(vendorId: string, entry: GlossaryEntry, seed: number, place: number): ProductCommand {
  const create = {
    name: entry.name,
    names: { ...entry.names },
    category: entry.category,
    ...demoGood(entry, seed),
    availability: availabilityOf(seed),
  };
  return { kind: 'upsert', vendorId, sku: `demo-${place + 1}`, updates: {}, create };
}

function availabilityOf(seed: number): Availability {
  if (seed % 17 === 0) return 'out_of_stock';
  return seed % 5 === 0 ? 'limited' : 'available';
}
