import type pg from 'pg';

const TEXT = 'text COLLATE "C"';

/** Tables of the series that version 2 had otherwise, as it made them; the columns are those that it filled. */
const TABLES = {
  series_reports: {
    columns:
      'product_id, day, revision, min, max, modal, unit, currency, kg, suspicious, vendor_id, commodity, unit_weight_kg',
    create: (table: string) => `
      CREATE TABLE ${table} (
        product_id ${TEXT} NOT NULL,
        day date NOT NULL,
        revision integer NOT NULL,
        min numeric(12, 2),
        max numeric(12, 2),
        modal numeric(12, 2) NOT NULL,
        unit text NOT NULL,
        currency ${TEXT} NOT NULL,
        kg numeric,
        suspicious boolean NOT NULL,
        vendor_id ${TEXT},
        commodity ${TEXT},
        unit_weight_kg numeric(12, 6),
        PRIMARY KEY (product_id, day)
      );
      CREATE INDEX ON ${table} (commodity, day)`,
  },
  series_days: {
    columns:
      'commodity, state, day, per, currency, low, high, total, median, weighed_total, weighed_kg, kg, reports, markets, suspicious, position',
    create: (table: string) => `
      CREATE TABLE ${table} (
        commodity ${TEXT} NOT NULL,
        state ${TEXT} NOT NULL,
        day date NOT NULL,
        per ${TEXT} NOT NULL,
        currency ${TEXT} NOT NULL,
        low numeric,
        high numeric,
        total numeric,
        median numeric,
        weighed_total numeric,
        weighed_kg numeric,
        kg numeric,
        reports integer NOT NULL,
        markets integer NOT NULL,
        suspicious integer NOT NULL,
        position bigint NOT NULL,
        PRIMARY KEY (commodity, state, day, per, currency)
      );
      CREATE INDEX ON ${table} (position)`,
  },
};

/** Makes the live tables of the series, and what is noted of them, what version 2 would have left in the database. */
export async function asOfVersion2(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ id: number; tables: string[] }>(
    `SELECT id, tables FROM projection_builds WHERE projection = 'price-series' AND status = 'live'`,
  );
  const { id, tables } = rows[0]!;
  await client.query('BEGIN');
  for (const table of tables) await client.query(`DROP VIEW ${table}`);
  for (const [name, { columns, create }] of Object.entries(TABLES)) {
    const table = `${name}_${id}`;
    await client.query(`CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT ${columns} FROM ${table}`);
    await client.query(`DROP TABLE ${table}`);
    await client.query(create(table));
    await client.query(`INSERT INTO ${table} (${columns}) SELECT ${columns} FROM kept`);
    await client.query('DROP TABLE kept');
  }
  for (const table of tables) await client.query(`CREATE VIEW ${table} AS SELECT * FROM ${table}_${id}`);
  await client.query(
    `UPDATE projection_builds SET version = 2,
            recompute = replace(recompute::text, 'vendor_id, state, commodity, unit', 'vendor_id, commodity, unit')::jsonb
     WHERE id = $1`,
    [id],
  );
  await client.query('COMMIT');
}
