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

/** One statement on a connection of its own. */
export async function query<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return withClient(url, async (client) => (await client.query<Row>(text, values)).rows);
}
