import { stateKey } from './states.js';

/** A market as a file, a vendor or an administrator names it. Files may leave the district out: ''. */
export interface MarketNames {
  state: string;
  district: string;
  market: string;
}

/** What two spellings of one market have in common; in the database, so a change of how it is made is a migration. */
export interface MarketKey {
  state: string;
  district: string;
  market: string;
}

/** With the words before and behind it that can't be told from it: `The … Committee`, `A.P.M.C.`. */
const COMMITTEE = new RegExp(
  [
    String.raw`(?<![\p{L}\p{M}])(?:the )?agricultur(?:al|e) produces? market(?:s|ing)? com+it+e+s?(?![\p{L}\p{M}])`,
    String.raw`(?<![\p{L}\p{M}])a[. ]p[. ]m[. ]c(?![\p{L}\p{M}])`,
    // Glued to the market's name, too; no Indian place name has these letters.
    String.raw`(?<![\p{L}\p{M}])apmc|apmc(?![\p{L}\p{M}])`,
  ].join('|'),
  'gu',
);

/**
 * The market's key within state and district. Equal for spellings that differ in case, white space (also before and
 * behind punctuation), the form of Unicode, dashes, punctuation at the ends, and in whether and where they say that the
 * market is one of an Agricultural Produce Market Committee (APMC). Nothing else is taken away: `Mumbai` and
 * `Mumbai-Onion & Potato Market`, `Deesa` and `Deesa(Bhildi)` are different markets.
 */
export function marketKey({ state, district, market }: MarketNames): MarketKey {
  return { state: stateKey(state) ?? nameKey(state), district: nameKey(district), market: keyOfMarket(market) };
}

/** Most names, in lower case: a tenth of the time for what the expressions below would leave as it is. */
const PLAIN = /^[a-z0-9]+(?: [a-z0-9]+)*$/;

function keyOfMarket(market: string): string {
  const whole = nameKey(market);
  if (PLAIN.test(whole) && !/apmc|agricultur|a p m c/.test(whole)) return whole;
  const bare = nameKey(whole.replaceAll(COMMITTEE, ' ').replaceAll(/\( ?\)/g, ' '));
  // A market may be called nothing but `APMC`.
  return bare === '' ? whole : bare;
}

/** Of a name of which only case, white space, dashes and the punctuation at its ends are of no account. */
function nameKey(name: string): string {
  const lower = name.toLowerCase();
  if (PLAIN.test(lower)) return lower;
  const even = lower
    .normalize('NFC')
    .replaceAll(/\p{Pd}/gu, '-')
    .replaceAll(/[\s\u200B]+/gu, ' ')
    .replaceAll(/ ?([\p{P}\p{S}]) ?/gu, '$1')
    .trim();
  const bare = withoutEnds(even);
  // A name of nothing but punctuation is a name.
  return bare === '' ? even : bare;
}

/** What a name begins and ends with. */
const BEGINS = /[\p{L}\p{M}\p{N}(]/u;
const ENDS = /[\p{L}\p{M}\p{N})]/u;

/** Brackets at the ends belong to what they enclose, `Khambhat(Grain Market)`, unless they enclose the whole name. */
function withoutEnds(name: string): string {
  const characters = [...name];
  let [start, end] = [0, characters.length];
  while (start < end && !BEGINS.test(characters[start]!)) start += 1;
  while (start < end && !ENDS.test(characters[end - 1]!)) end -= 1;
  const bare = characters.slice(start, end).join('');
  const [, enclosed] = /^\(([^()]*)\)$/u.exec(bare) ?? [];
  return enclosed === undefined ? bare : withoutEnds(enclosed);
}
