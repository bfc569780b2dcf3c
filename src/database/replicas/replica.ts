import pg, { type QueryConfig, type QueryResultRow } from 'pg';
import { endsWithin, NextTurn, UnavailableError } from '../../infra/index.js';
import type { DatabaseUrl } from '../database-url.js';
import { READ_SETTINGS, readConnections } from '../pipelined-read-pool.js';
import { answeredWithin, QueryPipelines } from '../query-pipelines.js';
import { type KnownHistory, type Obstacle, provenPosition } from './proven-position.js';
import { type Identity, READ_IDENTITY, READ_STANDBY, type StandbyView } from './replica-check.sql.js';
import type { WalPosition } from './wal-position.js';

/** Milliseconds that a reader waits at most for the replica to come as far as it must. */
const WAITS_AT_MOST = 50;
/** Milliseconds between two looks meanwhile: shared by all who wait. */
const LOOK_EVERY = 3;
/** Milliseconds without another wait after one that was in vain: twice as many with each, up to a second. */
const WAITS_AGAIN_AFTER = 50;
const WAITS_AGAIN_WITHIN = 1_000;
/** Milliseconds that it may take to answer. Statements that take longer belong nowhere. */
const ANSWERS_WITHIN = 1_000;

/** What it was like to ask a replica. */
export type ReplicaAnswer<Row> =
  | { rows: Row[]; waited: boolean }
  /** `behind`: it isn't as far as it must be. `failed`: it gave up, or doesn't answer. */
  | 'behind'
  | 'failed';

class RefusedReplica extends Error {
  constructor(readonly obstacle: Obstacle) {
    super(`The replica ${obstacle}`);
  }
}

class GivenUp extends Error {
  constructor() {
    super('The connections to the replica were given up');
  }
}

/**
 * One standby. What is read here is as far as the reader's floor, or isn't used: on the same connection, right before
 * the statement, the server is asked how far it is. What it has replayed stays replayed while the connection lasts.
 */
export class Replica {
  /** Undefined: it may be asked. */
  obstacle: Obstacle | undefined = 'is out of reach';
  /** What has gone wrong last, for the log. */
  cause = '';
  /** Where it was last seen, if that proves anything. */
  position: WalPosition | undefined;
  private readonly pipelines: QueryPipelines;
  private readonly looks = new NextTurn(() => this.look());
  private waitsInVain = 0;
  private noWaitsUntil = 0;
  private underWay = 0;

  /**
   * @param known asked at each use
   * @param identity of the primary's database
   */
  constructor(
    database: DatabaseUrl,
    private readonly known: () => KnownHistory,
    private readonly identity: () => Promise<Identity>,
  ) {
    this.pipelines = new QueryPipelines(database, {
      name: 'mandi-inventory-sync replica reads',
      settings: READ_SETTINGS,
      most: readConnections(database),
      accept: (client) => this.accept(client),
    });
  }

  /** Reads under way. */
  get load(): number {
    return this.underWay;
  }

  /** Finds out whether it may be asked. Never rejects. */
  async probe(): Promise<void> {
    const look = this.look().catch((error: unknown) => this.failed(error));
    if (!(await endsWithin(ANSWERS_WITHIN, look))) this.isLate();
  }

  /** Never rejects: what a replica refuses, the primary is asked. */
  async read<Row extends QueryResultRow>(query: QueryConfig, floor: WalPosition): Promise<ReplicaAnswer<Row>> {
    this.underWay += 1;
    try {
      const isNear = (this.position ?? '') >= floor;
      if (!isNear && !(await this.reaches(floor))) return 'behind';
      let answer: ReplicaAnswer<Row> = 'failed';
      const asked = this.ask<Row>(query, floor).then((rows) => {
        answer = rows === undefined ? 'behind' : { rows, waited: !isNear };
      });
      if (!(await endsWithin(ANSWERS_WITHIN, asked))) this.isLate();
      return answer;
    } catch (error) {
      this.failed(error);
      return 'failed';
    } finally {
      this.underWay -= 1;
    }
  }

  /** What is under way is answered by the primary. */
  close(): void {
    this.pipelines.closeAtOnce(new GivenUp());
  }

  /** Undefined if this connection's server isn't as far: behind a balancer it may be another one. */
  private async ask<Row extends QueryResultRow>(query: QueryConfig, floor: WalPosition): Promise<Row[] | undefined> {
    const [views, rows] = await this.pipelines.together([READ_STANDBY, query]);
    return this.saw(views![0] as unknown as StandbyView) && this.position! >= floor ? (rows as Row[]) : undefined;
  }

  /** Looks again and again, for a short time. */
  private async reaches(floor: WalPosition): Promise<boolean> {
    const began = performance.now();
    if (began < this.noWaitsUntil) return false;
    for (;;) {
      const left = WAITS_AT_MOST - (performance.now() - began);
      if (left <= 0 || !(await endsWithin(left, this.looks.ask()))) break;
      if (this.obstacle !== undefined) return false;
      if (this.position! >= floor) {
        this.waitsInVain = 0;
        return true;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    }
    this.noWaitsUntil = performance.now() + Math.min(WAITS_AGAIN_AFTER * 2 ** this.waitsInVain, WAITS_AGAIN_WITHIN);
    this.waitsInVain += 1;
    return false;
  }

  private async look(): Promise<void> {
    const asked = answeredWithin(ANSWERS_WITHIN, READ_STANDBY);
    const [view] = await this.pipelines.query<StandbyView & QueryResultRow>(asked);
    this.saw(view!);
  }

  /** @returns whether that proves where it is */
  private saw(view: StandbyView): boolean {
    const proven = provenPosition(view, this.known());
    this.obstacle = typeof proven === 'string' ? proven : undefined;
    this.position = typeof proven === 'string' ? undefined : proven.position;
    return typeof proven !== 'string';
  }

  private async accept(client: pg.Client): Promise<void> {
    const asked = client.query<Identity>(answeredWithin(ANSWERS_WITHIN, READ_IDENTITY));
    const [{ rows }, primary] = await Promise.all([asked, this.identity()]);
    const { cluster, database } = rows[0]!;
    if (cluster !== primary.cluster || database !== primary.database) {
      throw new RefusedReplica('is of another database');
    }
  }

  private isLate(): void {
    this.cause = `no answer within ${ANSWERS_WITHIN} ms`;
    this.takeOut();
  }

  private failed(error: unknown): void {
    // Too many requests here say nothing against it, and what was given up has been told of.
    if (error instanceof UnavailableError || error instanceof GivenUp) return;
    const { message, code } = error as NodeJS.ErrnoException;
    this.cause = message || (code ?? 'connection refused');
    if (error instanceof RefusedReplica) this.takeOut(error.obstacle);
    // What it has refused says nothing against it: a conflict with what it replays, above all.
    else if (!(error instanceof pg.DatabaseError) || isEnding(error)) this.takeOut();
  }

  /** Until a probe finds it well. What still waits for an answer there is answered by the primary. */
  private takeOut(obstacle: Obstacle = 'is out of reach'): void {
    this.obstacle = obstacle;
    this.position = undefined;
    this.pipelines.destroyAll(new GivenUp());
  }
}

/** It shuts down, or refuses connections. SQLSTATE. */
const isEnding = ({ code = '' }: pg.DatabaseError): boolean => /^(08|28|3D|53|57P)/.test(code);
