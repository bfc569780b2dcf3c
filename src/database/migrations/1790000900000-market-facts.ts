import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly } from './briefly.js';

/** Of the price's unit; the factors are those of `contracts/units.ts` when this was written. */
const DIMENSION = `
    CASE WHEN NEW.unit IN ('g', 'kg', 'quintal', 'tonne') THEN 'kg'
         WHEN NEW.unit IN ('piece', 'dozen', 'hundred', 'thousand') THEN 'piece'
         WHEN NEW.unit IN ('ml', 'litre') THEN 'litre'
         WHEN NEW.unit_weight_kg IS NULL THEN NEW.unit
         ELSE 'kg' END`;
const COMPARABLE_PRICE = `
    round(NEW.base_price / CASE NEW.unit
      WHEN 'g' THEN 0.001 WHEN 'kg' THEN 1 WHEN 'quintal' THEN 100 WHEN 'tonne' THEN 1000
      WHEN 'piece' THEN 1 WHEN 'dozen' THEN 12 WHEN 'hundred' THEN 100 WHEN 'thousand' THEN 1000
      WHEN 'ml' THEN 0.001 WHEN 'litre' THEN 1
      ELSE coalesce(NEW.unit_weight_kg::numeric(26, 20), 1) END, 6)`;

/**
 * What a price is of, and what it is comparable with. `dimension`: `kg`, `piece`, `litre`, or the unit itself;
 * `comparable_price`: per one of that. All are null in rows from before until the next migration fills them in.
 *
 * The triggers do for instances of the version before what statements do themselves by now, and for nothing else: an
 * update that has changed the comparable price, too, doesn't fire. A market day is one of India there, since those
 * instances know no other.
 */
export class MarketFacts1790000900000 implements MigrationInterface {
  readonly name = 'MarketFacts1790000900000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await briefly(queryRunner, [
      `ALTER TABLE products
         ADD COLUMN commodity text COLLATE "C",
         ADD COLUMN variety text,
         ADD COLUMN grade text,
         ADD COLUMN min_price numeric(12, 2),
         ADD COLUMN max_price numeric(12, 2),
         ADD COLUMN priced_on date,
         ADD COLUMN unit_weight_kg numeric(12, 6),
         ADD COLUMN dimension text COLLATE "C",
         ADD COLUMN comparable_price numeric(20, 6)`,
      // Not looked for in the rows that are there, which would take as long as reading them all: they have none.
      `ALTER TABLE products ADD CONSTRAINT products_market_facts
         CHECK (min_price >= 0 AND max_price >= 0 AND unit_weight_kg > 0) NOT VALID`,
      `CREATE FUNCTION keep_market_facts() RETURNS trigger LANGUAGE plpgsql AS $$
       DECLARE
         dimension text := ${DIMENSION};
         comparable_price numeric := ${COMPARABLE_PRICE};
       BEGIN
         IF TG_OP = 'UPDATE' AND OLD.priced_on IS NULL THEN
           RETURN NEW; -- from before: all that is to be filled in is filled in at once
         END IF;
         IF NEW.dimension = dimension AND NEW.comparable_price = comparable_price THEN
           RETURN NEW; -- a price of another unit that comes to the same
         END IF;
         IF NEW.priced_on IS NULL OR (TG_OP = 'UPDATE' AND NEW.base_price <> OLD.base_price) THEN
           NEW.priced_on := (NEW.updated_at AT TIME ZONE 'Asia/Kolkata')::date;
           NEW.min_price := NULL;
           NEW.max_price := NULL;
         END IF;
         NEW.dimension := dimension;
         NEW.comparable_price := comparable_price;
         RETURN NEW;
       END $$`,
      `CREATE TRIGGER products_market_facts_new BEFORE INSERT ON products FOR EACH ROW
       WHEN (NEW.comparable_price IS NULL) EXECUTE FUNCTION keep_market_facts()`,
      `CREATE TRIGGER products_market_facts_changed BEFORE UPDATE OF base_price, unit ON products FOR EACH ROW
       WHEN ((OLD.base_price, OLD.unit) IS DISTINCT FROM (NEW.base_price, NEW.unit)
             AND OLD.comparable_price IS NOT DISTINCT FROM NEW.comparable_price
             AND OLD.dimension IS NOT DISTINCT FROM NEW.dimension)
       EXECUTE FUNCTION keep_market_facts()`,
    ]);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
