import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Prices by market day, as files report them; a later report of a day is a revision of its own. `event_seq`: of the
 * event that the report came with, by which its position is found. Rows outlive their product, as its events do.
 */
export class MarketPrices1790002000000 implements MigrationInterface {
  readonly name = 'MarketPrices1790002000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE market_prices (
        product_id text COLLATE "C" NOT NULL,
        day date NOT NULL,
        revision integer NOT NULL CHECK (revision >= 1),
        min numeric(12, 2),
        max numeric(12, 2),
        modal numeric(12, 2) NOT NULL,
        unit text NOT NULL,
        currency text NOT NULL,
        arrivals_quantity numeric,
        arrivals_unit text,
        arrivals_kg numeric,
        source text NOT NULL,
        flags text[] NOT NULL,
        event_seq bigint NOT NULL,
        recorded_at timestamptz(3) NOT NULL,
        CONSTRAINT market_prices_key PRIMARY KEY (product_id, day, revision)
      )`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
