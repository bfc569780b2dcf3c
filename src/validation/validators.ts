import { applyDecorators, type Type } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf, type ValidationArguments } from 'class-validator';
import type { FieldError } from '../contracts/index.js';
import { fieldFaults, type Fields } from './fields.js';
import { priceRule, withoutNoise } from './price.js';
import type { CheckedBody } from './validation.pipe.js';
import { askedLanguageRule, idRule, oneOfRule, type Rule, slugRule, textRule, wholeNumberRule } from './rules.js';

/** The field may be left out; unlike `IsOptional`, `null` doesn't pass for absent. */
export const Optional = () => ValidateIf((_object, value) => value !== undefined);

/** The field is as the rule wants it; its message is the rule's. */
export const Fits = (rule: Rule) =>
  ValidateBy({
    name: 'fits',
    validator: {
      validate: (value: unknown) => rule(value) === undefined,
      defaultMessage: (args?: ValidationArguments) => rule(args?.value) ?? 'is not valid',
    },
  });

export const IsId = () => Fits(idRule);
export const IsSlug = () => Fits(slugRule);
export const IsAskedLanguage = () => Fits(askedLanguageRule);
export const IsPrice = () => Fits(priceRule);
export const IsText = (maxLength: number, { blank = false } = {}) => Fits(textRule(maxLength, { blank }));
export const IsOneOf = (values: readonly string[]) => Fits(oneOfRule(values));

/**
 * A class for bodies with these fields, to be extended: each is validated by its rule, and by the class itself.
 * class-transformer would copy all of a body first, values that are refused included: half a second of the event loop
 * for 100,000. The decorators are for those who read what a body may hold.
 */
export function BodyOf<Body extends object>(fields: Fields): Type<Body> & CheckedBody {
  class FieldsBody {
    static faultsOf(body: Readonly<Record<string, unknown>>): FieldError[] {
      return fieldFaults(body, fields);
    }
  }
  for (const [field, rule] of fields.rules) {
    if (!fields.required.includes(field)) Optional()(FieldsBody.prototype, field);
    Fits(rule)(FieldsBody.prototype, field);
  }
  return FieldsBody as Type<Body> & typeof FieldsBody;
}

/** A number in a query string; anything but plain decimal digits is left as text for the rules to refuse. */
export function queryNumber(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
}

/** Yes or no in a query string; anything else is left as text for the rules to refuse. */
export function queryBoolean(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value;
}

/** A price in a query string. */
export function queryPrice(value: unknown): unknown {
  const number = queryNumber(value);
  return typeof number === 'number' ? withoutNoise(number) : number;
}

export const IsQueryNumber = (min: number, max: number) =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => queryNumber(value)),
    Fits(wholeNumberRule(min, max)),
  );

export const IsQueryPrice = () =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => queryPrice(value)),
    IsPrice(),
  );
