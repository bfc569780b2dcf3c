import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Ids, slugs and skus are compared byte by byte (COLLATE "C"): keyset pagination must not depend on the locale the
 * database happened to be created with. Times have milliseconds, as JavaScript's and JSON's do.
 */
export class InitialSchema1790000000000 implements MigrationInterface {
  readonly name = 'InitialSchema1790000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE event_log (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        epoch uuid NOT NULL DEFAULT gen_random_uuid()
      )`);
    await queryRunner.query(`INSERT INTO event_log DEFAULT VALUES`);

    await queryRunner.query(`
      CREATE TABLE vendors (
        id text COLLATE "C" PRIMARY KEY,
        name text COLLATE "C" NOT NULL,
        names jsonb NOT NULL,
        market text,
        district text,
        state text,
        languages text[] NOT NULL,
        search tsvector NOT NULL,
        version integer NOT NULL,
        created_at timestamptz(3) NOT NULL,
        updated_at timestamptz(3) NOT NULL
      )`);
    await queryRunner.query(`CREATE INDEX vendors_search ON vendors USING gin (search)`);
    await queryRunner.query(`CREATE INDEX vendors_place ON vendors (state, district)`);
    await queryRunner.query(`CREATE INDEX vendors_name ON vendors (name, id)`);

    await queryRunner.query(`
      CREATE TABLE products (
        id text COLLATE "C" PRIMARY KEY,
        vendor_id text COLLATE "C" NOT NULL REFERENCES vendors (id),
        sku text COLLATE "C" NOT NULL,
        name text NOT NULL,
        names jsonb NOT NULL,
        description text,
        category text COLLATE "C" NOT NULL,
        unit text NOT NULL,
        base_price numeric(12, 2) NOT NULL CHECK (base_price >= 0),
        currency text NOT NULL,
        availability text NOT NULL CHECK (availability IN ('available', 'limited', 'out_of_stock')),
        search tsvector NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        created_at timestamptz(3) NOT NULL,
        updated_at timestamptz(3) NOT NULL,
        CONSTRAINT products_vendor_sku UNIQUE (vendor_id, sku)
      )`);
    await queryRunner.query(`CREATE INDEX products_search ON products USING gin (search)`);
    await queryRunner.query(`CREATE INDEX products_price ON products (base_price, id)`);
    await queryRunner.query(`CREATE INDEX products_newest ON products (created_at, id)`);
    await queryRunner.query(`CREATE INDEX products_category_price ON products (category, base_price, id)`);
    await queryRunner.query(`CREATE INDEX products_category_newest ON products (category, created_at, id)`);

    // Vendors have no events; their changes are noted here for the relay's leader to renew search scopes after them.
    await queryRunner.query(`
      CREATE TABLE vendor_changes (
        id bigserial PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('created', 'updated'))
      )`);

    await queryRunner.query(`
      CREATE TABLE inventory_events (
        seq bigserial PRIMARY KEY,
        event_id uuid NOT NULL,
        position bigint CONSTRAINT inventory_events_position UNIQUE,
        event_type text NOT NULL,
        product_id text COLLATE "C" NOT NULL,
        vendor_id text COLLATE "C" NOT NULL,
        category text COLLATE "C" NOT NULL,
        version integer NOT NULL,
        changes jsonb NOT NULL,
        product jsonb NOT NULL,
        correlation_id text NOT NULL,
        region text NOT NULL,
        occurred_at timestamptz(3) NOT NULL
      )`);
    // The relay's queue: only what has no position yet, so it stays as small as the backlog.
    await queryRunner.query(`CREATE INDEX inventory_events_pending ON inventory_events (seq) WHERE position IS NULL`);
    await queryRunner.query(`CREATE INDEX inventory_events_product ON inventory_events (product_id, seq)`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
