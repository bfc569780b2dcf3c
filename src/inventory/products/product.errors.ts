import type { FieldError } from '../../contracts/index.js';
import { AppError } from '../../infra/index.js';
import { MISSING } from '../../validation/index.js';

export class ProductNotFoundError extends AppError {
  readonly code = 'product_not_found';
  readonly status = 404;

  constructor(id: string) {
    super(`There is no product ${id}`);
  }
}

export class DuplicateSkuError extends AppError {
  readonly code = 'duplicate_sku';
  readonly status = 409;

  constructor(vendorId: string, sku: string) {
    super(`Vendor ${vendorId} already has a product with the sku ${sku}`);
  }
}

/** A new product that lacks what a product must have. */
export class IncompleteProductError extends AppError {
  readonly code = 'product_incomplete';
  readonly status = 400;

  override readonly fields: readonly FieldError[];

  constructor(missing: readonly string[]) {
    super(`A new product needs ${missing.join(', ')}`);
    this.fields = missing.map((field) => ({ field, message: MISSING }));
  }
}
