import { signal } from '@preact/signals';
import { kept } from './kept.js';
import { TEXTS, type TextKey } from './texts-table.js';

/** Languages of the interface, by their own names. To add one: its column in `texts-table.ts`, and a line here. */
export const UI_LANGUAGES = { en: 'English', hi: 'हिन्दी' } as const;
export type UiLanguage = keyof typeof UI_LANGUAGES;

/** Languages that names of goods are asked for in. */
export const NAME_LANGUAGES: Readonly<Record<string, string>> = {
  en: 'English',
  hi: 'हिन्दी',
  bn: 'বাংলা',
  gu: 'ગુજરાતી',
  kn: 'ಕನ್ನಡ',
  ml: 'മലയാളം',
  mr: 'मराठी',
  or: 'ଓଡ଼ିଆ',
  pa: 'ਪੰਜਾਬੀ',
  ta: 'தமிழ்',
  te: 'తెలుగు',
  ur: 'اردو',
};

const isKnown = (tag: string): tag is UiLanguage => tag in UI_LANGUAGES;
const preferred = navigator.languages.map((tag) => tag.slice(0, 2)).find(isKnown) ?? 'en';

export const uiLanguage = kept<UiLanguage>('language', preferred, isKnown);
export const nameLanguage = kept<string>('names', preferred, (tag) => tag in NAME_LANGUAGES);

/** A text of the interface; `{name}` in it is replaced. */
export function t(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  return TEXTS[key][uiLanguage.value].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** For what the interface knows only at run time, such as a type of event; the key itself where it has no text. */
export function textOf(group: string, name: string): string {
  const key = `${group}.${name}`;
  return key in TEXTS ? t(key as TextKey) : name.replaceAll('_', ' ').replaceAll('-', ' ');
}

/** The time that ages are counted from; moves on every second. */
export const now = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 1_000);
