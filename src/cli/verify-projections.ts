import type pg from 'pg';

/** A table of a projection that isn't what the log amounts to. */
export interface ProjectionDifference {
  table: string;
  /** Rows that only one of both has. */
  rows: number;
  /** The first of them. */
  example: string;
}

export interface ProjectionReport {
  name: string;
  position: number;
  differences: ProjectionDifference[];
}

interface Build {
  id: number;
  name: string;
  tables: string[];
  recompute: Record<string, { columns: string; rows: string; where?: string }>;
  position: string;
}

const LIVE_BUILDS = `
  SELECT b.id, b.projection AS name, b.tables, b.recompute, p.position
  FROM projection_builds b JOIN consumer_partitions p ON p.consumer = b.projection || '.' || b.id
  WHERE b.status = 'live' ORDER BY b.projection`;

/**
 * Makes the rows of every projection anew from the log, up to the position that the tables are at, and compares them. A
 * part of the caller's transaction, which has one snapshot of all.
 */
export async function verifyProjections(client: pg.Client): Promise<ProjectionReport[]> {
  const { rows: builds } = await client.query<Build>(LIVE_BUILDS);
  const reports: ProjectionReport[] = [];
  for (const build of builds) {
    const differences: ProjectionDifference[] = [];
    for (const table of Object.keys(build.recompute)) {
      const { rows } = await client.query<Omit<ProjectionDifference, 'table'>>(comparison(build, table));
      if (rows[0]!.rows > 0) differences.push({ table, ...rows[0]! });
    }
    reports.push({ name: build.name, position: Number(build.position), differences });
  }
  return reports;
}

function comparison({ id, tables, recompute, position }: Build, table: string): string {
  const { columns, rows, where } = recompute[table]!;
  const ofBuild = (sql: string): string =>
    sql.replace(/\{([a-z_]+)\}/g, (braces, name: string) => (tables.includes(name) ? `${name}_${id}` : braces));
  return `
    WITH projected_log AS (SELECT * FROM inventory_events WHERE position <= ${Number(position)}),
    kept AS (SELECT ${ofBuild(columns)} FROM ${table}_${id} ${where === undefined ? '' : `WHERE ${ofBuild(where)}`}),
    made AS (${ofBuild(rows)}),
    differing AS (
      SELECT 'in the table only' AS what, row_to_json(more) AS row
      FROM (SELECT * FROM kept EXCEPT ALL SELECT * FROM made) more
      UNION ALL
      SELECT 'made of the log only', row_to_json(more) FROM (SELECT * FROM made EXCEPT ALL SELECT * FROM kept) more
    )
    SELECT count(*)::int AS rows, (SELECT what || ': ' || left(row::text, 500) FROM differing LIMIT 1) AS example
    FROM differing`;
}
