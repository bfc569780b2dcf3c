import { AppError } from '../../../infra/index.js';

/** The file is none of the known layouts: nothing in it can be read. */
export class ImportHeaderError extends AppError {
  readonly code = 'import_header_invalid';
  readonly status = 400;
}

/** Days may have been written with the month first: no price of the file can be trusted to be of its day. */
export class ImportDatesAmbiguousError extends AppError {
  readonly code = 'import_dates_ambiguous';
  readonly status = 400;
}

/** The file is JSON that ends too early, or isn't JSON at all. */
export class ImportMalformedError extends AppError {
  readonly code = 'malformed_body';
  readonly status = 400;
}
