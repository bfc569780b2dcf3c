import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly } from './briefly.js';

/**
 * Which vendor a market's rows in price files mean: `market_vendors` by the normalised names of markets that imports
 * have made vendors of, `vendor_aliases` by names that administrators gave. The former begins empty: imports find the
 * vendors that are there by their ids, also those that instances of the version before make from now on.
 */
export class MarketVendors1790001100000 implements MigrationInterface {
  readonly name = 'MarketVendors1790001100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // A reference locks vendors against writing.
    await briefly(queryRunner, [
      // The district comes last, to find markets of the same name in the other districts of a state.
      `CREATE TABLE market_vendors (
        state_key text COLLATE "C" NOT NULL,
        market_key text COLLATE "C" NOT NULL,
        district_key text COLLATE "C" NOT NULL,
        vendor_id text COLLATE "C" NOT NULL REFERENCES vendors (id),
        PRIMARY KEY (state_key, market_key, district_key)
      )`,
      `CREATE INDEX market_vendors_vendor ON market_vendors (vendor_id)`,
      `CREATE TABLE vendor_aliases (
        state_key text COLLATE "C" NOT NULL,
        market_key text COLLATE "C" NOT NULL,
        district_key text COLLATE "C" NOT NULL,
        vendor_id text COLLATE "C" NOT NULL REFERENCES vendors (id),
        state text NOT NULL,
        district text,
        market text NOT NULL,
        created_at timestamptz(3) NOT NULL,
        PRIMARY KEY (state_key, market_key, district_key)
      )`,
      `CREATE INDEX vendor_aliases_vendor ON vendor_aliases (vendor_id)`,
    ]);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
