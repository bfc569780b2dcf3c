import type pg from 'pg';
import { readPassword } from '../../../src/embedded-postgres/cluster.js';
import { DATABASE } from '../../../src/embedded-postgres/embedded-postgres.js';
import { runningPostmaster } from '../../../src/embedded-postgres/postmaster.js';
import { connectionUrl } from '../../../src/embedded-postgres/server.js';
import { type EmbeddedFixture, embeddedFixture } from '../postgres-server.js';
import { freePort } from '../processes.js';
import { bearer, JWT_SECRET } from '../tokens.js';
import { withClient } from '../with-client.js';
import { HttpClient } from './http-client.js';
import { Instance } from './instance.js';
import { settled, type System } from './system.js';

/** The product as it starts on a bare machine: one process with its own PostgreSQL, and no Redis. */
export class EmbeddedSystem implements System {
  private constructor(
    private readonly fixture: EmbeddedFixture,
    readonly client: HttpClient,
    readonly instance: Instance,
  ) {}

  static async start(): Promise<EmbeddedSystem> {
    const [fixture, port, authorization] = await Promise.all([embeddedFixture(), freePort(), bearer()]);
    const client = new HttpClient({ authorization });
    const env = { DATA_DIR: fixture.dataDir, DEMO: 'false', RATE_LIMIT: '0', LOG_LEVEL: 'warn', JWT_SECRET };
    const instance = new Instance('the instance', port, { client, env });
    const system = new EmbeddedSystem(fixture, client, instance);
    await system.heal();
    return system;
  }

  get running(): readonly Instance[] {
    return this.instance.running ? [this.instance] : [];
  }

  readonly postgres = {
    query: async <Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> => {
      const { cluster } = this.fixture;
      const postmaster = await runningPostmaster(cluster);
      const url = connectionUrl(postmaster!.port, await readPassword(cluster), DATABASE);
      return withClient(url, work);
    },
  };

  async heal(): Promise<void> {
    await this.instance.start();
    await settled([this.instance]);
  }

  async dispose(): Promise<void> {
    if (this.instance.running) await this.instance.terminate();
    this.client.close();
    await this.fixture.dispose();
  }
}
