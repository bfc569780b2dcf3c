import { type ArgumentMetadata, Injectable, type PipeTransform, ValidationPipe } from '@nestjs/common';
import * as transformerPackage from 'class-transformer';
import * as validatorPackage from 'class-validator';
import { ValidationFailedError } from '../infra/index.js';
import { fieldErrors } from './field-errors.js';
import { refuseInheritedNames } from './prototype-pollution.guard.js';
import { idRule } from './rules.js';

/** A body class that knows valid bodies by itself: class-validator takes 20 µs for one with a price. */
export interface QuickBody {
  /** True only of what the class's validators accept, and transform into itself. */
  isPlainlyValid(body: Readonly<Record<string, unknown>>): boolean;
}

/** A request may come without any body. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isQuick(metatype: unknown): metatype is QuickBody {
  return typeof (metatype as Partial<QuickBody> | undefined)?.isPlainlyValid === 'function';
}

class StrictValidationPipe extends ValidationPipe {
  private readonly ofQueries = new ValidationPipe({
    ...OPTIONS,
    exceptionFactory: (errors) => new ValidationFailedError(fieldErrors(errors, { inQuery: true })),
  });

  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { type, metatype } = metadata;
    if (type === 'query') {
      refuseInheritedNames(value as object); // a body has been looked at when it was parsed
      return this.ofQueries.transform(value, metadata) as Promise<unknown>;
    }
    if (type === 'body' && isQuick(metatype) && isObject(value) && metatype.isPlainlyValid(value)) {
      return Promise.resolve(value);
    }
    return super.transform(value, metadata) as Promise<unknown>;
  }
}

const OPTIONS = {
  transform: true,
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  stopAtFirstError: true,
  // Or Nest would look for them when the first request is there, by a name of which a bundler knows little.
  validatorPackage,
  transformerPackage,
};

/** Refuses unknown fields and parameters by name; used for bodies and queries of every route. */
export const validationPipe = (): ValidationPipe =>
  new StrictValidationPipe({
    ...OPTIONS,
    exceptionFactory: (errors) => new ValidationFailedError(fieldErrors(errors)),
  });

/** An id in a path. */
@Injectable()
export class IdPipe implements PipeTransform<string, string> {
  transform(value: string, metadata: ArgumentMetadata): string {
    const fault = idRule(value);
    if (fault === undefined) return value;
    throw new ValidationFailedError([{ field: metadata.data ?? 'id', message: fault }]);
  }
}
