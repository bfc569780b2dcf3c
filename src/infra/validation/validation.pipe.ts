import { type ArgumentMetadata, Injectable, type PipeTransform, ValidationPipe } from '@nestjs/common';
import { ValidationFailedError } from '../errors/app-error.js';
import { fieldErrors } from '../errors/field-errors.js';
import { ID } from './validators.js';

/** Refuses unknown fields and parameters by name; used for bodies and queries of every route. */
export const validationPipe = (): ValidationPipe =>
  new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    exceptionFactory: (errors) => new ValidationFailedError(fieldErrors(errors)),
  });

/** An id in a path. */
@Injectable()
export class IdPipe implements PipeTransform<string, string> {
  transform(value: string, metadata: ArgumentMetadata): string {
    if (ID.test(value)) return value;
    throw new ValidationFailedError([{ field: metadata.data ?? 'id', message: 'is not an id' }]);
  }
}
