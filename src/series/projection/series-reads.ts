import { Injectable } from '@nestjs/common';
import { ProjectionPositions } from '../../consumers/index.js';
import type { Place, Placed } from '../../contracts/index.js';
import { isUndefined, SqlClient, type Statement } from '../../database/index.js';
import { AwaitSequenced } from '../../events/index.js';
import { Clock, pollUntil, UnavailableError } from '../../infra/index.js';
import { QueryLoosener } from '../../inventory/index.js';
import { PRICE_SERIES, SERIES_VERSION } from './series-projection.js';

/** Milliseconds to wait for the tables to reach what was acknowledged before, and between two looks. */
const CATCH_UP = { every: 10, atMost: 500 };
/** The same for tables that are just being made. */
const FIRST_TABLES = { every: 25, atMost: 2_000 };

const STATES_SPELLED_SO: Statement = {
  name: 'states-spelled-so',
  text: 'SELECT name FROM unnest($1::text[]) AS name WHERE EXISTS (SELECT FROM vendors v WHERE v.state = name)',
};

/** A statement with its values. */
export interface Query {
  statement: Statement;
  values: unknown[];
}

interface Positioned {
  /** Of the tables; null before there are any. */
  position: string | null;
}

/** Reads the tables of the series. */
@Injectable()
export class SeriesReads {
  /** Where tables of another version stood throughout a wait: they may be fed no longer. */
  private stuckAt: string | null = null;

  constructor(
    private readonly sql: SqlClient,
    private readonly awaitSequenced: AwaitSequenced,
    private readonly places: QueryLoosener,
    private readonly clock: Clock,
    private readonly positions: ProjectionPositions,
  ) {}

  /**
   * The one row of a statement that says the `position` of the tables. What was acknowledged before is waited for a
   * moment, unless tables of another version have not moved since that was in vain; the position says what is in the
   * answer. Mostly it is there already, so both are asked for at once.
   *
   * @throws UnavailableError while there are no tables yet
   */
  async read<Row extends Positioned>(query: Query): Promise<Omit<Row, 'position'> & { position: number }> {
    const reading = this.readOnce<Row>(query);
    const [head] = await Promise.all([this.awaitSequenced.all(), reading]);
    let row = await reading;
    const look = async (): Promise<boolean> => {
      row = await this.readOnce<Row>(query);
      return row !== undefined && Number(row.position) >= head;
    };
    if (row === undefined) await pollUntil(look, { ...FIRST_TABLES, clock: this.clock });
    else if (Number(row.position) < head && row.position !== this.stuckAt) {
      const { position } = row;
      const wait = () => pollUntil(look, { ...CATCH_UP, clock: this.clock });
      const isReached = await this.positions.awaited(PRICE_SERIES, wait);
      if (!isReached && row.position === position && (await this.areOfOthers())) this.stuckAt = position;
    }
    if (row === undefined) throw new UnavailableError('The series are just being made');
    return { ...row, position: Number(row.position) };
  }

  /** With the places that it filters by as vendors spell them; of states only those that there are. */
  async placed<Filters extends Partial<Record<keyof Place, string | undefined>>>(
    filters: Filters,
  ): Promise<Placed<Filters>> {
    const placed = this.places.placed(filters);
    const states = placed.spellings?.state;
    // Of one spelling it is the same whether there is such a state.
    if (states === undefined || states.length === 1) return placed;
    const rows = await this.sql.read<{ name: string }>(STATES_SPELLED_SO, [states]);
    const spelled = rows.map(({ name }) => name);
    return spelled.length === 0 ? placed : { ...placed, spellings: { ...placed.spellings, state: spelled } };
  }

  /** What is only slow, or rests, is worth waiting for again. */
  private async areOfOthers(): Promise<boolean> {
    return (await this.positions.versionOf(PRICE_SERIES)) !== SERIES_VERSION;
  }

  /**
   * Undefined if there are no tables yet, since the first build is just being made, or only those of a version before
   * that lacks something.
   */
  private async readOnce<Row extends Positioned>({ statement, values }: Query): Promise<Row | undefined> {
    try {
      const [row] = await this.sql.query<Row>(statement, values);
      return row!.position === null ? undefined : row;
    } catch (error) {
      if (isUndefined(error)) return undefined;
      throw error;
    }
  }
}
