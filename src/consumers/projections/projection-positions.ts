import { Injectable } from '@nestjs/common';
import { SqlClient } from '../../database/index.js';
import { EventReaction, type NewEpochHandler } from '../../events/index.js';
import { Clock, pollUntil } from '../../infra/index.js';
import { Rests } from '../runner/rests.js';
import { READ_LIVE_POSITION, READ_LIVE_VERSION } from './builds.sql.js';

/** Milliseconds between two looks. */
const LOOK_EVERY = 10;

/** How far the tables are that readers see. They never go back, so what is known stays true. */
@Injectable()
@EventReaction({ to: 'newEpoch', order: 75 })
export class ProjectionPositions implements NewEpochHandler {
  private readonly known = new Map<string, number>();

  constructor(
    private readonly sql: SqlClient,
    private readonly clock: Clock,
    private readonly rests: Rests,
  ) {}

  /** A position that a projection has reached; 0 if it isn't there yet. */
  async read(name: string): Promise<number> {
    const [row] = await this.sql.query<{ position: string }>(READ_LIVE_POSITION, [name]);
    const position = Number(row?.position ?? 0);
    this.known.set(name, position);
    return position;
  }

  /** Of the tables that readers see; undefined if there are none. Code of another version may feed them, or none. */
  async versionOf(name: string): Promise<number | undefined> {
    const [row] = await this.sql.query<{ version: number }>(READ_LIVE_VERSION, [name]);
    return row?.version;
  }

  /** Waits until a projection has reached a position. @returns whether it has, within so many milliseconds */
  async reaches(name: string, position: number, atMost: number): Promise<boolean> {
    const isThere = async (): Promise<boolean> => (await this.read(name)) >= position;
    if ((this.known.get(name) ?? 0) >= position || (await isThere())) return true;
    await this.awaited(name, () => pollUntil(isThere, { every: LOOK_EVERY, atMost, clock: this.clock }));
    return (this.known.get(name) ?? 0) >= position;
  }

  /** Does `wait`, in which a reader waits for a projection: if this instance feeds it, it catches up without a rest. */
  awaited<Result>(name: string, wait: () => Promise<Result>): Promise<Result> {
    return this.rests.without(name, wait);
  }

  /** The log was set back, and with it the tables. */
  onNewEpoch(): void {
    this.known.clear();
  }
}
