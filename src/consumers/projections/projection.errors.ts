import { AppError } from '../../infra/index.js';

export class ProjectionNotFoundError extends AppError {
  readonly code = 'projection_not_found';
  readonly status = 404;

  constructor(name: string) {
    super(`There is no projection ${name}`);
  }
}
