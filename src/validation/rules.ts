import type { Names } from '../contracts/index.js';

/**
 * What is wrong with a value that is there, or undefined. A rule names the first fault in this order: the type, the
 * form, the bounds. The caller looks first at whether it is there, and once.
 */
export type Rule = (value: unknown) => string | undefined;

/** An opaque id: also safe in room names, scopes and log lines. */
export const ID = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/;
export const LANGUAGE_TAG = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/;

export const MISSING = 'is missing';
export const REPEATED = 'is given more than once';
export const UNKNOWN = 'is not a known field';

const NOT_TEXT = 'must be a string';
const NOT_ID = 'must be an id: letters, digits or _ . : - beginning with a letter or digit';
const ID_FORM = /^[A-Za-z0-9][A-Za-z0-9_.:-]*$/;
const MAX_ID = 64;
export const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
export const MAX_SLUG = 64;
const MAX_LANGUAGES = 64;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

const tooLong = (characters: number): string => `must have at most ${characters} characters`;

/** Counts Unicode characters, as JSON Schema does. Few texts need counting: UTF-16 units are never fewer. */
export function isLonger(value: string, characters: number): boolean {
  if (value.length <= characters) return false;
  return value.length > 2 * characters || [...value].length > characters;
}

/** Text for people: well-formed Unicode without control characters (PostgreSQL can't store NUL), not blank. */
export const textRule =
  (maxLength: number, { blank = false } = {}): Rule =>
  (value) => {
    if (typeof value !== 'string') return NOT_TEXT;
    if (!value.isWellFormed()) return 'must be well-formed Unicode';
    if (CONTROL.test(value)) return 'must not hold control characters';
    if (!blank && value.trim() === '') return 'must not be blank';
    return isLonger(value, maxLength) ? tooLong(maxLength) : undefined;
  };

/** A text without blanks at its ends, in the one form (NFC) that texts which look alike have. */
export const plainText = (value: string): string => value.trim().normalize('NFC');

/** Text for people that is stored as `plainText` makes it: some characters take two when they are decomposed. */
export function plainTextRule(maxLength: number): Rule {
  const rule = textRule(maxLength);
  return (value) => rule(value) ?? (isLonger(plainText(value as string), maxLength) ? tooLong(maxLength) : undefined);
}

const formRule =
  (form: RegExp, otherwise: string, maxLength: number): Rule =>
  (value) => {
    if (typeof value !== 'string') return NOT_TEXT;
    if (!form.test(value)) return otherwise;
    return value.length > maxLength ? tooLong(maxLength) : undefined;
  };

export const idRule: Rule = formRule(ID_FORM, NOT_ID, MAX_ID);
export const slugRule: Rule = formRule(SLUG, 'must be a lower-case kebab slug such as leafy-vegetables', MAX_SLUG);
export const languageRule: Rule = formRule(LANGUAGE_TAG, 'must be a language tag such as hi or ta-IN', 35);
/** Of what is asked for, where the case makes no difference. */
export const ASKED_LANGUAGE = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/;
export const askedLanguageRule: Rule = formRule(ASKED_LANGUAGE, 'must be a language tag such as hi or ta-IN', 35);
export const currencyRule: Rule = formRule(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as INR', 3);
const UUID_FORM = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
export const uuidRule: Rule = formRule(UUID_FORM, 'must be a UUID', 36);

export function isSlug(value: unknown): value is string {
  return slugRule(value) === undefined;
}

export const oneOfRule =
  (values: readonly string[]): Rule =>
  (value) => {
    if (typeof value !== 'string') return NOT_TEXT;
    return values.includes(value) ? undefined : `must be one of the following values: ${values.join(', ')}`;
  };

export const wholeNumberRule =
  (min: number, max: number): Rule =>
  (value) => {
    if (typeof value !== 'number' || Number.isNaN(value)) return 'must be a number';
    if (!Number.isInteger(value) && Number.isFinite(value)) return 'must be a whole number';
    return value < min || value > max ? `must be from ${min} to ${max}` : undefined;
  };

/** An instant of the calendar as `Date.toISOString` writes it. */
export const instantRule: Rule = (value) => {
  if (typeof value !== 'string') return NOT_TEXT;
  const time = /^(?!0000)\d{4}-/.test(value) ? Date.parse(value) : Number.NaN;
  const isInstant = !Number.isNaN(time) && new Date(time).toISOString() === value;
  return isInstant ? undefined : 'must be a time in UTC such as 2026-03-01T03:35:00.000Z';
};

/** A day of the calendar. */
export const dayRule: Rule = (value) => {
  if (typeof value !== 'string') return NOT_TEXT;
  const time = /^(?!0000)\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(value) : Number.NaN;
  const isDay = !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
  return isDay ? undefined : 'must be a day such as 2026-03-01';
};

/** The field may be `null`. */
export const nullableRule =
  (rule: Rule): Rule =>
  (value) =>
    value === null ? undefined : rule(value);

export const listRule =
  (rule: Rule, maxItems: number): Rule =>
  (value) => {
    if (!Array.isArray(value)) return 'must be a list';
    // Not all of a list that is too long.
    for (const [index, item] of value.slice(0, maxItems + 1).entries()) {
      const fault = rule(item);
      if (fault !== undefined) return `item ${index}: ${fault}`;
    }
    return value.length > maxItems ? `must have at most ${maxItems} items` : undefined;
  };

/** A list of at most `maxItems`, of whatever: the items are looked at one by one where they take effect. */
export const listOfAnyRule =
  (maxItems: number): Rule =>
  (value) => {
    if (!Array.isArray(value)) return 'must be a list';
    return value.length > maxItems ? `must have at most ${maxItems} items` : undefined;
  };

const nameRule = plainTextRule(200);

/** Names by language tag. */
export const namesRule: Rule = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'must be an object of names by language';
  }
  const entries = Object.entries(value);
  for (const [tag, name] of entries) {
    if (!LANGUAGE_TAG.test(tag)) return 'has a key that is not a language tag';
    const fault = nameRule(name);
    if (fault !== undefined) return `${tag} ${fault}`;
  }
  return entries.length > MAX_LANGUAGES ? `must have at most ${MAX_LANGUAGES} languages` : undefined;
};

/** Names as they are stored; the very same if they are so already. */
export function plainNames(names: Names): Names {
  const entries = Object.entries(names);
  if (entries.every(([, name]) => plainText(name) === name)) return names;
  return Object.fromEntries(entries.map(([tag, name]) => [tag, plainText(name)]));
}

export const booleanRule: Rule = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
