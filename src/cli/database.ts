import type pg from 'pg';
import { type AppConfig, loadConfig } from '../config/index.js';
import { DatabaseUrl } from '../database/index.js';
import { runningEmbeddedUrl, startEmbeddedPostgres } from '../embedded-postgres/index.js';
import { CliError } from './run-cli.js';

/**
 * Lends a connection to the database that the server uses: DATABASE_URL, or the embedded one in DATA_DIR, which is
 * started for the purpose unless it runs.
 *
 * @param command its name, which begins the line that says what went wrong
 * @param work is lent more connections if it asks for them
 * @param prepare what is to be done with the database before, by its URL
 * @throws ConfigError; CliError
 */
export async function withDatabase<Result>(
  command: string,
  work: (client: pg.Client, connect: () => Promise<pg.Client>) => Promise<Result>,
  prepare: (url: string) => Promise<void> = () => Promise.resolve(),
): Promise<Result> {
  const config = loadConfig();
  try {
    const { url, close } = await database(config);
    try {
      await prepare(url);
      const clients: pg.Client[] = [];
      const connect = async (): Promise<pg.Client> => {
        const client = new DatabaseUrl(url).plainClient({ application_name: `mandi-inventory-sync ${command}` });
        await client.connect();
        clients.push(client);
        return client;
      };
      try {
        return await work(await connect(), connect);
      } finally {
        for (const client of clients) await client.end();
      }
    } finally {
      await close();
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`${command}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function database(config: AppConfig): Promise<{ url: string; close: () => Promise<void> }> {
  const url = config.databaseUrl ?? (await runningEmbeddedUrl(config.dataDir));
  if (url !== undefined) return { url, close: () => Promise.resolve() };
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir });
  return { url: postgres.url, close: () => postgres.stop() };
}
