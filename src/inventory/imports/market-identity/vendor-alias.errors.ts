import { AppError } from '../../../infra/index.js';

export class AliasTakenError extends AppError {
  readonly code = 'alias_taken';
  readonly status = 409;

  constructor(vendorId: string) {
    super(`These names mean the vendor ${vendorId} already`);
  }
}
