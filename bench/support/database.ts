import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { DataSource } from 'typeorm';
import { DatabaseUrl } from '../../src/database/index.js';
import { migrate } from '../../src/database/migrate.js';
import { MIGRATIONS } from '../../src/database/migrations/index.js';
import { searchDocumentsVersion } from '../../src/inventory/text/search-documents-version.js';
import { startEmbeddedPostgres } from '../../src/embedded-postgres/index.js';
import { withClient } from '../../test/support/with-client.js';

/**
 * The PostgreSQL of a run: the one at `DATABASE_URL`, or an embedded one in a directory of its own. The product and its
 * ceilings use databases of one server, so its settings are the same for both.
 */
export class BenchPostgres {
  private readonly made = new Set<string>();

  private constructor(
    private readonly adminUrl: string,
    private readonly end: () => Promise<void>,
  ) {}

  static async start(): Promise<BenchPostgres> {
    const given = process.env.DATABASE_URL;
    if (given !== undefined) return new BenchPostgres(given, () => Promise.resolve());
    const dataDir = await temporaryDataDir();
    const first = await startEmbeddedPostgres({ dataDir });
    // Lets `push` count from the commit; takes effect with the next start.
    await query(first.url, 'ALTER SYSTEM SET track_commit_timestamp = on');
    await first.stop();
    const postgres = await startEmbeddedPostgres({ dataDir });
    return new BenchPostgres(postgres.url, async () => {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    });
  }

  /** A migrated database; empty, or a copy of another one that nobody is connected to. */
  async create(copyOf?: string): Promise<string> {
    const name = `bench_${randomBytes(6).toString('hex')}`;
    const template = copyOf === undefined ? 'template0' : new URL(copyOf).pathname.slice(1);
    // Files are copied as they are: the usual way through the WAL would leave gigabytes of it for the measurement to
    // wait for.
    await query(this.adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
    const url = new URL(this.adminUrl);
    url.pathname = `/${name}`;
    this.made.add(url.href);
    if (copyOf === undefined) await prepare(url.href);
    return url.href;
  }

  version(): Promise<string> {
    return query<{ server_version: string }>(this.adminUrl, 'SHOW server_version').then(([row]) => row!.server_version);
  }

  async drop(url: string): Promise<void> {
    const name = new URL(url).pathname.slice(1);
    await query(this.adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    this.made.delete(url);
  }

  async stop(): Promise<void> {
    for (const url of this.made) await this.drop(url);
    await this.end();
  }
}

/** Open to the user that PostgreSQL runs as when we are root, so that its files are in there and go with it. */
export async function temporaryDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'mandi-bench-'));
  await chmod(dataDir, 0o755);
  return dataDir;
}

async function prepare(url: string): Promise<void> {
  const dataSource = await new DataSource({ type: 'postgres', url, migrations: MIGRATIONS }).initialize();
  await migrate(dataSource, new DatabaseUrl(url));
  // What is seeded is of this code: or the leader would make all of it anew while something else is measured.
  await dataSource.query('UPDATE search_documents SET version = $1', [await searchDocumentsVersion()]);
  await dataSource.destroy();
}

/** Fills a table, and makes its indexes once it is full. */
export async function withoutIndexes(url: string, table: string, fill: () => Promise<unknown>): Promise<void> {
  const made = await query<{ drop: string; make: string }>(url, INDEXES_OF, [table]);
  for (const { drop } of made) await query(url, drop);
  await fill();
  for (const { make } of made) await query(url, make);
}

/** Primary keys are made by themselves, other indexes by their definition. */
const INDEXES_OF = `
  SELECT CASE WHEN c.oid IS NULL THEN format('DROP INDEX %s', i.indexrelid::regclass)
              ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', i.indrelid::regclass, c.conname) END AS drop,
         CASE WHEN c.oid IS NULL THEN pg_get_indexdef(i.indexrelid)
              ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', i.indrelid::regclass, c.conname,
                          pg_get_constraintdef(c.oid)) END AS make
  FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'p'
  WHERE i.indrelid = $1::regclass`;

/** One statement on a connection of its own. */
export async function query<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return withClient(url, async (client) => (await client.query<Row>(text, values)).rows);
}
