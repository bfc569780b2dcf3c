import { Injectable } from '@nestjs/common';
import { ProjectionPositions } from '../../../consumers/index.js';
import { SqlClient, type Statement } from '../../../database/index.js';
import { EventLog } from '../../../events/index.js';
import { SingleFlight } from '../../../infra/index.js';
import { PRODUCT_HISTORY } from '../../moments.js';
import { Places } from './places.js';

/** Where vendors have been since a position `$1`. */
const READ_PAST_PLACES: Statement = {
  name: 'read-past-places',
  text: 'SELECT DISTINCT state, district, market FROM vendor_versions WHERE from_position > $1',
};

/** Everywhere vendors have ever been: a place of the past may have no vendor any more. */
@Injectable()
export class PastPlaces {
  private readonly places = new Places();
  /** By epoch. */
  private readonly readings = new SingleFlight<void>();
  private knownUpTo = -1;
  private epoch = '';

  constructor(
    private readonly sql: SqlClient,
    private readonly log: EventLog,
    private readonly positions: ProjectionPositions,
  ) {}

  /**
   * What there was at a position, and maybe more. Throws what the driver throws.
   *
   * @param position that the history reaches
   */
  async at(position: number): Promise<Places> {
    // One that others have begun may have read less; the next one begins when the position is there.
    for (let readings = 0; readings < 2 && !this.isKnown(position); readings += 1) {
      await this.readings.run(this.epoch, () => this.read());
    }
    return this.places;
  }

  private isKnown(position: number): boolean {
    const { epoch } = this.log;
    // Positions of another epoch are of other events.
    if (this.epoch !== epoch) [this.epoch, this.knownUpTo] = [epoch, -1];
    return position <= this.knownUpTo;
  }

  /** All that there is, for no index has the positions: each reading goes over the table. */
  private async read(): Promise<void> {
    const { epoch } = this;
    // Before the places, which then are of this position at least.
    const reached = await this.positions.read(PRODUCT_HISTORY);
    const rows = await this.sql.query<Record<'state' | 'district' | 'market', string | null>>(READ_PAST_PLACES, [
      this.knownUpTo,
    ]);
    for (const row of rows) this.places.add(row);
    if (this.epoch === epoch) this.knownUpTo = Math.max(this.knownUpTo, reached);
  }
}
