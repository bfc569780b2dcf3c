import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf, type ValidationArguments } from 'class-validator';
import { priceRule, withoutNoise } from './price.js';
import { idRule, languageRule, namesRule, oneOfRule, type Rule, slugRule, textRule, wholeNumberRule } from './rules.js';

/** The field may be left out; unlike `IsOptional`, `null` doesn't pass for absent. */
export const Optional = () => ValidateIf((_object, value) => value !== undefined);

/** The field may be left out or `null`. */
export const Nullable = () => ValidateIf((_object, value) => value !== undefined && value !== null);

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
export const IsLanguageTag = () => Fits(languageRule);
export const IsNames = () => Fits(namesRule);
export const IsPrice = () => Fits(priceRule);
export const IsText = (maxLength: number, { blank = false } = {}) => Fits(textRule(maxLength, { blank }));
export const IsOneOf = (values: readonly string[]) => Fits(oneOfRule(values));

/** A list of at most `maxItems`, of whatever: the items are looked at one by one where they take effect. */
export const IsListOfAny = (maxItems: number) =>
  Fits((value) => {
    if (!Array.isArray(value)) return 'must be a list';
    return value.length > maxItems ? `must have at most ${maxItems} items` : undefined;
  });

/** A number in a query string; anything but plain decimal digits is left as text for the rules to refuse. */
export function queryNumber(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
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
