import { redisVersion } from './redis.js';
import { HttpLoad, type Load, startSqlLoad } from '../load/load.js';
import type { SqlWork } from '../load/sql-work.js';
import { startRedis, type TestRedis } from '../../test/support/redis-server.js';
import { BenchPostgres } from './database.js';
import type { ProfileWindows } from './profile.js';
import { seedProducts } from './seed.js';
import { Server, type ServerOptions } from './server.js';

export interface BenchOptions {
  /** Rounds that count; one more warms up. */
  rounds: number;
  /** Of each measurement. */
  seconds: number;
  /** An Agmarknet file, for the benches that can use one. */
  data?: string | undefined;
  /** Events of the log, for `consume`. */
  events?: number | undefined;
  /** Where processor profiles of the server go; none without. */
  profileDir?: string | undefined;
}

export const PRODUCTS = 100_000;

/**
 * What the benches of one run share: PostgreSQL and the seeded databases that each bench gets copies of. Whatever is
 * started through it ends with the bench, the newest first.
 */
export class BenchRun {
  readonly versions: { postgres?: string; redis?: string } = {};
  private postgres: BenchPostgres | undefined;
  private readonly seeds = new Map<number, string>();
  private readonly endings: (() => Promise<void>)[] = [];

  constructor(
    readonly options: BenchOptions,
    readonly profiles: ProfileWindows,
  ) {}

  get milliseconds(): number {
    return this.options.seconds * 1_000;
  }

  defer(end: () => Promise<void>): void {
    this.endings.push(end);
  }

  /** Ends what `work` starts as soon as it is over. */
  async part<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.endings.splice(0);
    try {
      return await work();
    } finally {
      await this.endBench();
      this.endings.push(...before);
    }
  }

  async endBench(): Promise<void> {
    for (let end = this.endings.pop(); end; end = this.endings.pop()) await end();
  }

  async end(): Promise<void> {
    await this.postgres?.stop();
  }

  private async openPostgres(): Promise<BenchPostgres> {
    this.postgres ??= await BenchPostgres.start();
    this.versions.postgres ??= await this.postgres.version();
    return this.postgres;
  }

  /** A database of one's own with that many products. */
  async database(products = PRODUCTS): Promise<string> {
    const postgres = await this.openPostgres();
    const seed = this.seeds.get(products) ?? (await postgres.create());
    if (!this.seeds.has(products)) {
      if (products > 0) await seedProducts(seed, products);
      this.seeds.set(products, seed);
    }
    return this.copyOf(seed);
  }

  /** A database of one's own, copied from one that nobody is connected to. */
  async copyOf(databaseUrl: string): Promise<string> {
    const postgres = await this.openPostgres();
    const url = await postgres.create(databaseUrl);
    this.defer(() => postgres.drop(url));
    return url;
  }

  async redis(): Promise<TestRedis> {
    const redis = await startRedis();
    this.defer(() => redis.stop());
    this.versions.redis ??= await redisVersion(redis);
    return redis;
  }

  /** A server whose searches go through the cache. */
  async server(options: ServerOptions): Promise<Server> {
    const server = await Server.start({ profileDir: this.options.profileDir, ...options });
    this.defer(() => server.stop());
    await server.cacheInUse();
    return server;
  }

  async httpLoad(): Promise<HttpLoad> {
    const load = await HttpLoad.start();
    this.defer(() => load.stop());
    return load;
  }

  async sqlLoad(url: string, loops: number, work: SqlWork): Promise<Load> {
    const load = await startSqlLoad(url, loops, work);
    this.defer(() => load.stop());
    return load;
  }
}
