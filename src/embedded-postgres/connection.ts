import pg from 'pg';
import { SUPERUSER } from './cluster.js';
import { EmbeddedPostgresError, errorCode } from './errors.js';

const CONNECT_MS = 3000;

/** `busy`: it lives but takes no connections yet, or no longer; `silent`: nothing answers. */
export type ProbeResult = pg.Client | 'busy' | 'silent';

/** Connects to the database `postgres` under an application name that tells the server's users our process id. */
export async function connect(port: number, password: string): Promise<ProbeResult> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: SUPERUSER,
    password,
    database: 'postgres',
    ssl: false,
    application_name: `mandi-inventory-sync ${process.pid}`,
    connectionTimeoutMillis: CONNECT_MS,
  });
  client.on('error', ignoreLoss);
  try {
    await client.connect();
    return client;
  } catch (error) {
    return meaningOf(error, port);
  }
}

/** A lost connection is also told by "end", which is what the owner of the client listens to. */
function ignoreLoss(): void {
  return;
}

function meaningOf(error: unknown, port: number): 'busy' | 'silent' {
  switch (errorCode(error)) {
    case '57P01': // admin_shutdown
    case '57P03': // cannot_connect_now: starting, recovering or shutting down
    case '53300': // too_many_connections
      return 'busy';
    case '28P01':
    case '28000': {
      const message = `The PostgreSQL on port ${port} rejects the password of this DATA_DIR`;
      throw new EmbeddedPostgresError('password_rejected', message, { cause: error });
    }
    default:
      return 'silent';
  }
}
