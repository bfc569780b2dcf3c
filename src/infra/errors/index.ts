export { AppError, UnavailableError, ValidationFailedError } from './app-error.js';
export { fieldErrors } from './field-errors.js';
