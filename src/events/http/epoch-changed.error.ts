import { AppError } from '../../infra/index.js';

/** The cursor is of a database that is gone: positions mean something else now, so start again from a snapshot. */
export class EpochChangedError extends AppError {
  readonly code = 'epoch_changed';
  readonly status = 410;

  constructor() {
    super('The event log has another epoch than the cursor: fetch the current state and follow from its position');
  }
}
