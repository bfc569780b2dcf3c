import type { FoundProduct, Named, Names, Product } from '../../../client/index.js';
import { languagesOf, pricePerOf } from '../../../contracts/index.js';
import { nameLanguage, now, t, uiLanguage } from './texts.js';

const cached = new Map<string, Intl.NumberFormat>();

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = uiLanguage.value + JSON.stringify(options);
  let format = cached.get(key);
  if (!format) {
    format = new Intl.NumberFormat(`${uiLanguage.value}-IN`, { numberingSystem: 'latn', ...options });
    cached.set(key, format);
  }
  return format;
}

export const number = (value: number, digits = 0): string => numbers({ maximumFractionDigits: digits }).format(value);

/** `₹1,750`; with paise only where there are any. */
export function money(amount: number, currency = 'INR'): string {
  const digits = Number.isInteger(amount) ? 0 : 2;
  return numbers({
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: digits,
    maximumFractionDigits: 2,
  }).format(amount);
}

export const bytes = (value: number): string =>
  value < 1e6 ? `${number(value / 1e3, 1)} kB` : `${number(value / 1e6, 1)} MB`;

export function clock(iso: string | number, withSeconds = true): string {
  return new Date(iso).toLocaleTimeString(`${uiLanguage.value}-IN`, {
    hour: '2-digit',
    minute: '2-digit',
    ...(withSeconds && { second: '2-digit' }),
    hour12: false,
    numberingSystem: 'latn',
  });
}

export function dateTime(iso: string | number): string {
  const day = new Date(iso).toLocaleDateString(`${uiLanguage.value}-IN`, {
    day: 'numeric',
    month: 'short',
    numberingSystem: 'latn',
  });
  return `${day}, ${clock(iso)}`;
}

/** How long ago, short; moves on with the clock. */
export function age(iso: string | number): string {
  const seconds = Math.max(0, Math.round((now.value - new Date(iso).getTime()) / 1_000));
  if (seconds < 5) return t('age.now');
  if (seconds < 60) return t('age.seconds', { n: seconds });
  if (seconds < 3_600) return t('age.minutes', { n: Math.floor(seconds / 60) });
  if (seconds < 86_400) return t('age.hours', { n: Math.floor(seconds / 3_600) });
  return t('age.days', { n: Math.floor(seconds / 86_400) });
}

/** `fresh`, `recent` or `old`, as colours show it. */
export function freshness(iso: string): 'fresh' | 'recent' | 'old' {
  const minutes = (now.value - Date.parse(iso)) / 60_000;
  return minutes < 5 ? 'fresh' : minutes < 24 * 60 ? 'recent' : 'old';
}

export interface ShownName {
  text: string;
  /** As `lang` has it; undefined: not known. */
  lang: string | undefined;
}

/** The name in the chosen language, and which language that is: screen readers and fonts go by it. */
export function nameOf(entity: Named<{ name: string; names: Names }>): ShownName {
  const wanted = languagesOf(nameLanguage.value);
  const tag = Object.keys(entity.names).find((one) => wanted.includes(one.toLowerCase()));
  if (tag !== undefined) return { text: entity.names[tag]!, lang: tag };
  return { text: entity.name, lang: /^[\x20-\x7e]*$/.test(entity.name) ? 'en' : undefined };
}

/** Price and unit as the board shows them: per the unit asked for where that can be, else as it is sold. */
export function shownPrice(product: Product | FoundProduct, per: string): { amount: number; unit: string } {
  const comparable = pricePerOf(product, { per, currency: product.currency });
  return comparable ?? { amount: product.basePrice, unit: product.unit };
}
