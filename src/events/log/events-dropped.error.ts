import { AppError } from '../../infra/index.js';

/** The events that were asked for are in an archive only, so an answer would have a hole. */
export class EventsDroppedError extends AppError {
  readonly code = 'events_dropped';
  readonly status = 410;
  override readonly extensions: Readonly<Record<string, unknown>>;

  /** @param first position that is kept */
  constructor(first: number) {
    super(`The log begins at position ${first}: what was before is in an archive only`);
    this.extensions = { first };
  }
}
