import { Injectable } from '@nestjs/common';
import { SqlClient, type Statement } from '../../../database/index.js';
import { EventLog } from '../../../events/index.js';
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
  private knownUpTo = -1;
  private epoch = '';

  constructor(
    private readonly sql: SqlClient,
    private readonly log: EventLog,
  ) {}

  /**
   * What there was at a position, and maybe more. Throws what the driver throws.
   *
   * @param position that the history reaches
   */
  async at(position: number): Promise<Places> {
    const { epoch } = this.log;
    // Positions of another epoch are of other events.
    if (this.epoch !== epoch) [this.epoch, this.knownUpTo] = [epoch, -1];
    if (position <= this.knownUpTo) return this.places;
    const rows = await this.sql.query<Record<'state' | 'district' | 'market', string | null>>(READ_PAST_PLACES, [
      this.knownUpTo,
    ]);
    for (const row of rows) this.places.add(row);
    if (this.epoch === epoch) this.knownUpTo = Math.max(this.knownUpTo, position);
    return this.places;
  }
}
