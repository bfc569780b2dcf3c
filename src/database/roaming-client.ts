import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import pg from 'pg';
import type { DatabaseHost } from '../config/index.js';
import { PrimarySearch } from './primary-search.js';

type Callback = (error: Error | null, client?: pg.Client) => void;

/**
 * A class of the driver's clients for a database that has several servers: each connection goes to the one that can be
 * written when it is made. The driver itself knows one host only.
 */
export function roamingClient(hosts: readonly DatabaseHost[]): typeof pg.Client {
  const primary = new PrimarySearch(hosts);
  return class RoamingClient extends pg.Client {
    /** Destroyed if the client has been given up before its server was found. */
    private readonly socket: Duplex;

    constructor(config: pg.ClientConfig) {
      const socket = config.stream?.() ?? new Socket();
      super({ ...config, stream: () => socket });
      this.socket = socket;
      // A pool listens a moment after it has heard of the connection. Its users hear of its end as well.
      this.on('error', () => undefined);
    }

    override connect(): Promise<pg.Client>;
    override connect(callback: Callback): void;
    override connect(callback?: Callback): Promise<pg.Client> | void {
      const connected = this.connectToPrimary();
      if (!callback) return connected;
      connected.then(
        (client) => callback(null, client),
        (error: unknown) => callback(error as Error),
      );
    }

    private async connectToPrimary(): Promise<pg.Client> {
      const { url } = await primary.find();
      const { host, port } = new pg.Client({ connectionString: url });
      if (this.socket.destroyed) {
        throw new Error('Connection terminated: it was given up before its server was found');
      }
      Object.assign(this, { host, port });
      try {
        return await super.connect();
      } catch (error) {
        primary.forget();
        throw error;
      }
    }
  };
}
