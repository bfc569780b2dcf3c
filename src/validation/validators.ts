import { applyDecorators } from '@nestjs/common';
import { type ClassConstructor, Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsObject,
  Matches,
  MaxLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
  type ValidationArguments,
} from 'class-validator';

/** The field may be left out; unlike `IsOptional`, `null` doesn't pass for absent. */
export const Optional = () => ValidateIf((_object, value) => value !== undefined);

/** The field may be left out or `null`. */
export const Nullable = () => ValidateIf((_object, value) => value !== undefined && value !== null);

/** An opaque id: also safe in room names, scopes and log lines. */
export const ID = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/;
export const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
export const MAX_SLUG = 64;

export function isSlug(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_SLUG && SLUG.test(value);
}

export const IsId = () =>
  Matches(ID, { message: 'must be an id: 1 to 64 letters, digits or _ . : - beginning with a letter or digit' });

export const IsSlug = () =>
  applyDecorators(
    MaxLength(MAX_SLUG, { message: `must have at most ${MAX_SLUG} characters` }),
    Matches(SLUG, { message: 'must be a lower-case kebab slug such as leafy-vegetables' }),
  );

/** Text for people: well-formed Unicode without control characters (PostgreSQL can't store NUL), not blank. */
export const IsText = (maxLength: number, { blank = false } = {}) =>
  ValidateBy({
    name: 'isText',
    validator: {
      validate: (value: unknown) => textError(value, maxLength, blank) === undefined,
      defaultMessage: (args?: ValidationArguments) => textError(args?.value, maxLength, blank) ?? 'is not valid',
    },
  });

export function textError(value: unknown, maxLength: number, blank: boolean): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  if (value.length > maxLength) return `must have at most ${maxLength} characters`;
  if (!value.isWellFormed()) return 'must be well-formed Unicode';
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(value)) return 'must not hold control characters';
  if (!blank && value.trim() === '') return 'must not be blank';
  return undefined;
}

export function isPrice(value: unknown): boolean {
  return typeof value === 'number' && /^\d{1,10}(?:\.\d{1,2})?$/.test(String(value));
}

/** Money: a JSON number from 0 to 9999999999.99 with at most two decimals. */
export const IsPrice = () =>
  ValidateBy({
    name: 'isPrice',
    validator: {
      validate: isPrice,
      defaultMessage: () => 'must be a number from 0 to 9999999999.99 with at most two decimals',
    },
  });

export const LANGUAGE_TAG = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/;
const MAX_NAMES = 64;

export const IsLanguageTag = (each = false) =>
  Matches(LANGUAGE_TAG, { each, message: 'must be a language tag such as hi or ta-IN' });

/** A list of objects. `ValidateNested` alone would let lists of lists through. */
export const IsListOf = <Item extends object>(type: ClassConstructor<Item>, maxSize: number) =>
  applyDecorators(
    IsArray(),
    ArrayMaxSize(maxSize),
    IsObject({ each: true, message: 'must hold objects only' }),
    ValidateNested({ each: true }),
    Type(() => type),
  );

/** Names by language tag. */
export const IsNames = () =>
  ValidateBy({
    name: 'isNames',
    validator: {
      validate: (value: unknown) => namesError(value) === undefined,
      defaultMessage: (args?: ValidationArguments) => namesError(args?.value) ?? 'is not valid',
    },
  });

function namesError(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'must be an object of names by language';
  const entries = Object.entries(value);
  if (entries.length > MAX_NAMES) return `must have at most ${MAX_NAMES} languages`;
  for (const [tag, name] of entries) {
    if (!LANGUAGE_TAG.test(tag)) return `has a key that is not a language tag`;
    const error = textError(name, 200, false);
    if (error !== undefined) return `${tag} ${error}`;
  }
  return undefined;
}

/** A number in a query string; anything but plain decimal digits is left as text for the validators to refuse. */
export function queryNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,16}(?:\.\d{1,9})?$/.test(value) ? Number(value) : value;
}

export const QueryNumber = () => Transform(({ value }: { value: unknown }) => queryNumber(value));
