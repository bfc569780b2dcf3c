import { AppError } from '../../infra/index.js';

export class ConsumerNotFoundError extends AppError {
  readonly code = 'consumer_not_found';
  readonly status = 404;

  constructor(name: string) {
    super(`There is no consumer ${name}`);
  }
}

export class ConsumerExistsError extends AppError {
  readonly code = 'consumer_exists';
  readonly status = 409;

  constructor(name: string) {
    super(`There is already a consumer ${name}`);
  }
}

export class ParkedEventNotFoundError extends AppError {
  readonly code = 'parked_event_not_found';
  readonly status = 404;

  constructor(eventId: string, consumer: string) {
    super(`No event ${eventId} is parked of consumer ${consumer}`);
  }
}

/** It was not renewed in time, or a seek or pause has ended it: what it held is or will be another lease's. */
export class LeaseLostError extends AppError {
  readonly code = 'lease_lost';
  readonly status = 409;

  constructor() {
    super('The lease has ended: ask for events again');
  }
}

/** What code does by itself isn't to be done over HTTP. */
export class InProcessConsumerError extends AppError {
  readonly code = 'in_process_consumer';
  readonly status = 409;

  constructor(name: string) {
    super(`Consumer ${name} runs in the server: it can be paused and sought, and nothing else`);
  }
}

/** The tables would no longer be what the log says. */
export class ProjectionConsumerError extends AppError {
  readonly code = 'projection_consumer';
  readonly status = 409;

  constructor(name: string) {
    super(`Consumer ${name} fills the tables of a projection, which is rebuilt instead`);
  }
}
