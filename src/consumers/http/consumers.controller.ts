import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { Access } from '../../auth/index.js';
import type { ConsumerStart, ConsumerState, ParkedEvent } from '../../contracts/index.js';
import { BareJson } from '../../http/index.js';
import { ValidationFailedError } from '../../infra/index.js';
import { fieldFaults, fieldsOf, IdPipe, isRecord, uuidRule } from '../../validation/index.js';
import { ConsumersMetrics } from '../consumers.metrics.js';
import { ParkedEventNotFoundError } from '../store/consumer.errors.js';
import { ConsumerStates } from '../store/consumer-states.js';
import { ConsumerStore } from '../store/consumer-store.js';
import { Failures } from '../store/failures.js';
import { CreateConsumerBody, UpdateConsumerBody } from './consumer.dto.js';
import { startRule } from './consumer-rules.js';

const EVENT = fieldsOf({ eventId: uuidRule }, ['eventId']);

/** What admins do with consumers; `LeasesController` is for those that consume. */
@Controller('consumers')
export class ConsumersController {
  constructor(
    private readonly store: ConsumerStore,
    private readonly states: ConsumerStates,
    private readonly failures: Failures,
    private readonly metrics: ConsumersMetrics,
  ) {}

  @Post()
  @Access('admin')
  async create(@Body() { from, ...consumer }: CreateConsumerBody): Promise<ConsumerState> {
    await this.store.create({ ...consumer, kind: 'http' }, from);
    this.metrics.known(consumer.name);
    return this.states.get(consumer.name);
  }

  @Get()
  @Access('admin')
  async list(): Promise<{ consumers: ConsumerState[] }> {
    return { consumers: await this.states.all() };
  }

  @Get(':id')
  @Access('admin')
  get(@Param('id', IdPipe) name: string): Promise<ConsumerState> {
    return this.states.get(name);
  }

  @Patch(':id')
  @Access('admin')
  async update(@Param('id', IdPipe) name: string, @Body() { paused }: UpdateConsumerBody): Promise<ConsumerState> {
    await this.store.setPaused(name, paused);
    return this.states.get(name);
  }

  @Delete(':id')
  @Access('admin')
  @HttpCode(204)
  delete(@Param('id', IdPipe) name: string): Promise<void> {
    return this.store.delete(name);
  }

  @Post(':id/seek')
  @Access('admin')
  @HttpCode(200)
  @BareJson()
  async seek(@Param('id', IdPipe) name: string, @Body() to: unknown): Promise<ConsumerState> {
    await this.store.seek(name, startOf(to));
    return this.states.get(name);
  }

  @Get(':id/parked')
  @Access('admin')
  async parked(@Param('id', IdPipe) name: string): Promise<{ events: ParkedEvent[] }> {
    await this.store.kindOf(name);
    return { events: await this.failures.parked(name) };
  }

  @Post(':id/parked/:eventId/retry')
  @Access('admin')
  @HttpCode(204)
  async retry(@Param('id', IdPipe) name: string, @Param('eventId') eventId: string): Promise<void> {
    await this.store.kindOf(name);
    if (!(await this.failures.retry(name, checked(eventId)))) throw new ParkedEventNotFoundError(eventId, name);
  }

  @Delete(':id/parked/:eventId')
  @Access('admin')
  @HttpCode(204)
  async drop(@Param('id', IdPipe) name: string, @Param('eventId') eventId: string): Promise<void> {
    await this.store.kindOf(name);
    if (!(await this.failures.drop(name, checked(eventId)))) throw new ParkedEventNotFoundError(eventId, name);
  }
}

function checked(eventId: string): string {
  const faults = fieldFaults({ eventId }, EVENT);
  if (faults.length > 0) throw new ValidationFailedError(faults);
  return eventId;
}

/** Throws `ValidationFailedError`. */
function startOf(body: unknown): ConsumerStart {
  const fault = startRule(body);
  if (fault === undefined) return body as ConsumerStart;
  const [field = 'position'] = isRecord(body) ? Object.keys(body) : [];
  throw new ValidationFailedError([{ field: field.slice(0, 100), message: fault.replace(`${field} `, '') }]);
}
