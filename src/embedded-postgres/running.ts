import { readPassword } from './cluster.js';
import { DATABASE } from './embedded-postgres.js';
import { locate } from './location.js';
import { runningPostmaster } from './postmaster.js';
import { connectionUrl } from './server.js';

/** The URL of the PostgreSQL that runs for a DATA_DIR, also if another process started it; `undefined` if none runs. */
export async function runningEmbeddedUrl(dataDir: string): Promise<string | undefined> {
  const { directory, version } = await locate(dataDir);
  const postmaster = version === undefined ? undefined : await runningPostmaster(directory);
  return postmaster && connectionUrl(postmaster.port, await readPassword(directory), DATABASE);
}
