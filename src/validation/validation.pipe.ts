import { type ArgumentMetadata, Injectable, type PipeTransform, ValidationPipe } from '@nestjs/common';
import * as transformerPackage from 'class-transformer';
import * as validatorPackage from 'class-validator';
import type { FieldError } from '../contracts/index.js';
import { ValidationFailedError } from '../infra/index.js';
import { fieldErrors } from './field-errors.js';
import { refuseInheritedNames } from './prototype-pollution.guard.js';
import { idRule } from './rules.js';

/** A body class that checks bodies by itself: class-validator takes 20 µs for one with a price. */
export interface CheckedBody {
  /** None: the body is taken as it is. */
  faultsOf(body: Readonly<Record<string, unknown>>): FieldError[];
}

/** A request may come without any body. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isChecked(metatype: unknown): metatype is CheckedBody {
  return typeof (metatype as Partial<CheckedBody> | undefined)?.faultsOf === 'function';
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
@Injectable()
export class StrictValidationPipe extends ValidationPipe {
  private readonly ofQueries = new ValidationPipe({
    ...OPTIONS,
    exceptionFactory: (errors) => new ValidationFailedError(fieldErrors(errors, { inQuery: true })),
  });

  constructor() {
    super({ ...OPTIONS, exceptionFactory: (errors) => new ValidationFailedError(fieldErrors(errors)) });
  }

  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { type, metatype } = metadata;
    if (type === 'query') {
      refuseInheritedNames(value as object); // a body has been looked at when it was parsed
      return this.ofQueries.transform(value, metadata) as Promise<unknown>;
    }
    if (type === 'body' && isChecked(metatype) && isObject(value)) {
      const faults = metatype.faultsOf(value);
      return faults.length === 0 ? Promise.resolve(value) : Promise.reject(new ValidationFailedError(faults));
    }
    return super.transform(value, metadata) as Promise<unknown>;
  }
}

/** An id in a path. */
@Injectable()
export class IdPipe implements PipeTransform<string, string> {
  transform(value: string, metadata: ArgumentMetadata): string {
    const fault = idRule(value);
    if (fault === undefined) return value;
    throw new ValidationFailedError([{ field: metadata.data ?? 'id', message: fault }]);
  }
}
