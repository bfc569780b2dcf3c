import { Injectable } from '@nestjs/common';
import type { ConsumerState } from '../../contracts/index.js';
import { SqlClient } from '../../database/index.js';
import { Clock, SingleFlight } from '../../infra/index.js';
import { READ_STATES } from './consumer-states.sql.js';
import { ConsumerNotFoundError } from './consumer.errors.js';

/** Milliseconds for which metrics and health share what was read. */
const RECENT = 1_000;

interface StateRow extends Pick<
  ConsumerState,
  'name' | 'kind' | 'filter' | 'onFailure' | 'maxAttempts' | 'paused' | 'partitions' | 'lagSeconds'
> {
  createdAt: Date;
  position: string;
  lag: string;
  owners: string[] | null;
  failing: number;
  since: Date | null;
  parked: number;
}

/** How consumers are doing, as PostgreSQL has it. */
@Injectable()
export class ConsumerStates {
  private readonly reading = new SingleFlight<ConsumerState[]>();
  private last: { states: ConsumerState[]; at: number } = { states: [], at: -Infinity };

  constructor(
    private readonly sql: SqlClient,
    private readonly clock: Clock,
  ) {}

  /** By name. */
  async all(): Promise<ConsumerState[]> {
    return (await this.sql.query<StateRow>(READ_STATES, [null])).map(stateOf);
  }

  /** Throws `ConsumerNotFoundError`. */
  async get(name: string): Promise<ConsumerState> {
    const [row] = await this.sql.query<StateRow>(READ_STATES, [name]);
    if (!row) throw new ConsumerNotFoundError(name);
    return stateOf(row);
  }

  /** At most a second old. */
  async recent(): Promise<ConsumerState[]> {
    if (!this.clock.hasPassed(RECENT, this.last.at)) return this.last.states;
    const states = await this.reading.run('all', () => this.all());
    this.last = { states, at: this.clock.now() };
    return states;
  }
}

function stateOf({ owners, since, ...row }: StateRow): ConsumerState {
  return {
    name: row.name,
    kind: row.kind,
    filter: row.filter,
    onFailure: row.onFailure,
    maxAttempts: row.maxAttempts,
    paused: row.paused,
    position: Number(row.position),
    lag: Number(row.lag),
    lagSeconds: row.lagSeconds,
    owner: owners?.join(', ') ?? null,
    failing: row.failing,
    failingSince: since?.toISOString() ?? null,
    parked: row.parked,
    partitions: row.partitions,
    createdAt: row.createdAt.toISOString(),
  };
}
