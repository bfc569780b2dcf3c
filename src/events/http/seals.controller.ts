import { Controller, Get, Query } from '@nestjs/common';
import { Access } from '../../auth/index.js';
import { TakesQuery } from '../../http/index.js';
import { LogSeals, type Seal } from '../seals/log-seals.js';
import { SealsQuery } from './seals.dto.js';

@Controller('events/seals')
export class SealsController {
  constructor(private readonly seals: LogSeals) {}

  @Get()
  @TakesQuery()
  @Access('admin')
  read(@Query() { after, limit }: SealsQuery): Promise<{ seals: Seal[]; head: string | null }> {
    return this.seals.read(after, limit);
  }
}
