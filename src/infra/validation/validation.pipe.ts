import { type ArgumentMetadata, Injectable, type PipeTransform, ValidationPipe } from '@nestjs/common';
import { ValidationFailedError } from '../errors/app-error.js';
import { fieldErrors } from '../errors/field-errors.js';
import { refuseInheritedNames } from './inherited-names.js';
import { ID } from './validators.js';

class StrictValidationPipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'query') refuseInheritedNames(value as object); // a body has been looked at when it was parsed
    return super.transform(value, metadata) as Promise<unknown>;
  }
}

/** Refuses unknown fields and parameters by name; used for bodies and queries of every route. */
export const validationPipe = (): ValidationPipe =>
  new StrictValidationPipe({
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
