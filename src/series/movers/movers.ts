import { Injectable } from '@nestjs/common';
import type { Mover, Movers } from '../../contracts/index.js';
import { EventLog } from '../../events/index.js';
import { SeriesReads } from '../projection/series-reads.js';
import type { MoversQuery } from './movers.dto.js';
import { readMovers } from './movers.sql.js';

/** What has changed most. */
@Injectable()
export class MoversReader {
  constructor(
    private readonly reads: SeriesReads,
    private readonly log: EventLog,
  ) {}

  async read({ window, state, category, limit }: MoversQuery): Promise<Movers> {
    const { spellings } = await this.reads.placed({ state });
    const states = spellings?.state ?? (state === undefined ? [] : [state]);
    const days = Number(window.slice(0, -1));
    const query = readMovers({ days, state: states[0], category, limit });
    const { movers, position } = await this.reads.read<{ movers: Mover[]; position: string }>(query);
    return { window, unit: 'quintal', currency: 'INR', movers, epoch: this.log.epoch, position };
  }
}
