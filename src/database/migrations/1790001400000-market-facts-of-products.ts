import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly } from './briefly.js';
import { commodityOfName } from './commodity-keys.js';

/** Pages of the table in the first statement; then as many as take about so many milliseconds. */
const PAGES = 32;
const MOST_PAGES = 512;
const LOCKED_FOR = 200;
/** Connections that fill in pages at the same time, each with a processor of its own at best. */
const LANES = 2;
/** Milliseconds to wait where all that is left is locked. */
const PAUSE = 200;
/** Milliseconds between two lines of the log. */
const TOLD_EVERY = 5_000;

const NAMES = `
  SELECT DISTINCT name FROM products WHERE ctid >= $1::tid AND ctid < $2::tid AND priced_on IS NULL`;

/**
 * Of products from before: the day of the last change, the comparable price, and of those from price files what stands
 * in their description. A product is from a price file if its sku is made of its name, variety and grade and its
 * description of the latter two; or has a description that can be nothing else. `$1`, `$2`: pages from and to; `$3` to
 * `$5`: names, and of each the slug of the commodity that it is known for, and its own.
 *
 * Rows that another transaction is changing are left for the next pass, so that nothing waits here and no deadlock
 * comes of it; so are those whose name is new. What descriptions say is materialized, or the planner would look at each
 * again for every column that it goes into. To make slugs here as well took half of the time: PostgreSQL needs half a
 * millisecond for the two of one name.
 */
const FILL = `
  WITH found AS MATERIALIZED (
    SELECT ctid AS tid, name, sku, description FROM products
    WHERE ctid >= $1::tid AND ctid < $2::tid AND priced_on IS NULL
    FOR NO KEY UPDATE SKIP LOCKED
  ), split AS MATERIALIZED (
    SELECT tid, name, description,
           CASE WHEN starts_with(sku, name || '|') THEN string_to_array(substr(sku, length(name) + 2), '|') END AS parts
    FROM found
  ), known AS MATERIALIZED (
    SELECT tid, name,
           CASE WHEN cardinality(parts) = 2 AND description IS NOT DISTINCT FROM nullif(concat_ws('. ',
                  'Variety: ' || nullif(parts[1], ''), 'Grade: ' || nullif(parts[2], '')), '') THEN parts
                ELSE regexp_match(description, '^Variety: ([^.]+)\\. Grade: ([^.]+)$') END AS facts
    FROM split
  )
  UPDATE products p
  SET variety = nullif(k.facts[1], ''), grade = nullif(k.facts[2], ''),
      description = CASE WHEN k.facts IS NULL THEN p.description END,
      commodity = coalesce(c.known, CASE WHEN k.facts IS NOT NULL THEN c.own END),
      priced_on = (p.updated_at AT TIME ZONE 'Asia/Kolkata')::date,
      dimension = CASE
        WHEN p.unit IN ('g', 'kg', 'quintal', 'tonne') THEN 'kg'
        WHEN p.unit IN ('piece', 'dozen', 'hundred', 'thousand') THEN 'piece'
        WHEN p.unit IN ('ml', 'litre') THEN 'litre'
        ELSE p.unit END,
      comparable_price = round(p.base_price / CASE p.unit
        WHEN 'g' THEN 0.001 WHEN 'quintal' THEN 100 WHEN 'tonne' THEN 1000
        WHEN 'dozen' THEN 12 WHEN 'hundred' THEN 100 WHEN 'thousand' THEN 1000 WHEN 'ml' THEN 0.001 ELSE 1 END, 6)
  FROM known k JOIN unnest($3::text[], $4::text[], $5::text[]) AS c (name, known, own) USING (name)
  WHERE p.ctid = k.tid AND p.ctid >= $1::tid AND p.ctid < $2::tid`;

const REST = 'SELECT EXISTS (SELECT FROM products WHERE priced_on IS NULL) AS rest';
const PAGES_OF_TABLE = `SELECT pg_relation_size('products') / current_setting('block_size')::bigint AS pages`;

/** How far one pass has come, in pages, and when that was told. */
interface Pass {
  next: number;
  readonly pages: number;
  done: number;
  toldAt: number;
}

/**
 * Fills in the market facts of the products that there are, some thousand at a time, each commit by itself: readers and
 * writers go on, and what is done stays done if it is interrupted. Instances of the version before may write meanwhile;
 * a trigger fills in what they make anew, and leaves what isn't filled in yet.
 */
export class MarketFactsOfProducts1790001400000 implements MigrationInterface {
  readonly name = 'MarketFactsOfProducts1790001400000';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    while (await isUnfinished(queryRunner)) {
      const done = await fillAll(queryRunner);
      if (done === 0) await sleep(PAUSE);
    }
    const known = 'dimension IS NOT NULL AND comparable_price IS NOT NULL AND priced_on IS NOT NULL';
    await briefly(
      queryRunner,
      [
        'ALTER TABLE products DROP CONSTRAINT IF EXISTS products_facts_known',
        `ALTER TABLE products ADD CONSTRAINT products_facts_known CHECK (${known}) NOT VALID`,
      ],
      'products',
    );
    // Reads all rows while others go on; the columns then needn't be looked at again.
    await queryRunner.query('ALTER TABLE products VALIDATE CONSTRAINT products_facts_known');
    await queryRunner.query('ALTER TABLE products VALIDATE CONSTRAINT products_market_facts');
    await briefly(
      queryRunner,
      [
        `ALTER TABLE products ALTER COLUMN dimension SET NOT NULL, ALTER COLUMN comparable_price SET NOT NULL,
         ALTER COLUMN priced_on SET NOT NULL`,
        'ALTER TABLE products DROP CONSTRAINT products_facts_known',
      ],
      'products',
    );
    await queryRunner.query('ANALYZE products');
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}

async function isUnfinished(queryRunner: QueryRunner): Promise<boolean> {
  const [{ rest }] = (await queryRunner.query(REST)) as [{ rest: boolean }];
  return rest;
}

/** One pass over the pages that the table has now; rows that it writes come to lie behind them, or are done. */
async function fillAll(queryRunner: QueryRunner): Promise<number> {
  const { connection } = queryRunner;
  const [{ pages }] = (await queryRunner.query(PAGES_OF_TABLE)) as [{ pages: string }];
  const pass = { next: 0, pages: Number(pages), done: 0, toldAt: Date.now() };
  const lane = async (): Promise<void> => {
    const runner = connection.createQueryRunner();
    try {
      await fillPages(runner, pass);
    } catch (error) {
      pass.next = pass.pages;
      throw error;
    } finally {
      await runner.release();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return pass.done;
}

async function fillPages(runner: QueryRunner, pass: Pass): Promise<void> {
  let step = PAGES;
  while (pass.next < pass.pages) {
    const [from, to] = [pass.next, pass.next + step];
    pass.next = to;
    const began = Date.now();
    const range = [`(${from},0)`, `(${to},0)`];
    const names = ((await runner.query(NAMES, range)) as { name: string }[]).map(({ name }) => name);
    const known = names.map((name) => commodityOfName(name).known);
    const own = names.map((name) => commodityOfName(name).own);
    const [, updated] = (await runner.query(FILL, [...range, names, known, own])) as [unknown, number];
    pass.done += updated;
    const rate = LOCKED_FOR / Math.max(Date.now() - began, 1);
    step = Math.min(Math.max(Math.round(step * Math.min(rate, 2)), 1), MOST_PAGES);
    if (Date.now() - pass.toldAt < TOLD_EVERY) continue;
    pass.toldAt = Date.now();
    const percent = Math.min(Math.floor((100 * pass.next) / pass.pages), 100);
    const text = `Market facts of products: ${pass.done} filled in, ${percent} % of the table`;
    runner.connection.logger.log('info', text, runner);
  }
}
