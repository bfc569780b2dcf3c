import { quoted, RefusedCell } from './refused-cell.js';

/** numeric(12,2) */
export const MAX_PRICE = 9_999_999_999.99;
/** Digits before the point that a price may have. */
const MAX_WHOLE = 10;

const PLAIN = /^\d+(?:\.\d+)?$/;
/** 1,234,567.00 */
const WESTERN = /^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/;
/** 12,34,567.00 */
const INDIAN = /^[1-9]\d?(?:,\d{2})*,\d{3}(?:\.\d+)?$/;

export interface Price {
  value: number;
  /** It had more than two decimals. */
  rounded: boolean;
}

/**
 * Digits without their groups, or undefined if it isn't a number: `2450`, `2450.50`, `2,450.50`, `12,34,567`. Digits
 * are grouped only if all of them are: `24,50` would be a guess, since in other countries the comma is the decimal
 * point.
 */
function digitsOf(text: string): string | undefined {
  if (PLAIN.test(text)) return text;
  return WESTERN.test(text) || INDIAN.test(text) ? text.replaceAll(',', '') : undefined;
}

/**
 * An amount of at least 0 with at most two decimals; more are rounded half to even. Exact: rounding a binary number
 * would take 0.125 for a half and 0.135 for none.
 *
 * @throws RefusedCell
 */
export function readPrice(text: string): Price {
  const whole = wholeNumber(text);
  if (whole >= 0) return { value: whole, rounded: false };
  const digits = digitsOf(text);
  if (digits === undefined) {
    if (text.startsWith('-') && digitsOf(text.slice(1)) !== undefined) throw new RefusedCell('must be above 0');
    throw new RefusedCell(`${quoted(text)} is not a number`);
  }
  const point = digits.indexOf('.');
  const decimals = point < 0 ? 0 : digits.length - point - 1;
  const price = decimals <= 2 ? { value: Number(digits), rounded: false } : roundedHalfToEven(digits, point);
  if (price.value > MAX_PRICE) throw new RefusedCell(`must be at most ${MAX_PRICE}`);
  return price;
}

/** The value of one to nine digits, which most prices are; -1 for anything else. */
function wholeNumber(text: string): number {
  const { length } = text;
  if (length === 0 || length > 9) return -1;
  let value = 0;
  for (let at = 0; at < length; at += 1) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function roundedHalfToEven(digits: string, point: number): Price {
  const whole = digits.slice(0, point).replace(/^0+/, '');
  if (whole.length > MAX_WHOLE) return { value: Number(digits), rounded: false }; // refused by its size
  const rest = digits.slice(point + 3);
  const cents = Number(whole + digits.slice(point + 1, point + 3));
  if (/^0*$/.test(rest)) return { value: cents / 100, rounded: false };
  const first = rest.charCodeAt(0) - 0x30;
  const half = first === 5 && /^50*$/.test(rest);
  const up = half ? cents % 2 === 1 : first >= 5;
  return { value: (cents + (up ? 1 : 0)) / 100, rounded: true };
}

/** A quantity of at least 0, or null for anything else: what arrived is not worth a price that is right. */
export function readQuantity(text: string): number | null {
  const digits = digitsOf(text);
  if (digits === undefined) return null;
  const quantity = Number(digits);
  return quantity <= MAX_PRICE ? quantity : null;
}
