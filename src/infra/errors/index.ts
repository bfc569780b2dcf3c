export { AppError, UnavailableError, ValidationFailedError } from './app-error.js';
