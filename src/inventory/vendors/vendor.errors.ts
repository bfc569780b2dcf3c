import { AppError } from '../../infra/index.js';

export class VendorNotFoundError extends AppError {
  readonly code = 'vendor_not_found';
  readonly status = 404;

  constructor(id: string) {
    super(`There is no vendor ${id}`);
  }
}

export class VendorExistsError extends AppError {
  readonly code = 'vendor_exists';
  readonly status = 409;

  constructor(id: string) {
    super(`There is already a vendor ${id}`);
  }
}
