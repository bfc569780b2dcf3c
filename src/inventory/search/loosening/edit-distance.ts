/** Edits beyond which two words count as different, whatever they are: what `distance` answers then. */
export const FAR = 9;

/** Letters of a word that is compared, and rows of them, which no other call uses at the same time. */
const LONGEST = 250;
const ROWS = [new Uint8Array(LONGEST), new Uint8Array(LONGEST), new Uint8Array(LONGEST)];

/** A wrong first letter is rarely a slip of the finger: it counts as much as a letter and a half. */
const FIRST_LETTER = 1.5;

/** What is counted with: halves of edits. */
const EDIT = 2;
const HALF = 1;

const isLatinVowel = (code: number): boolean =>
  code === 0x61 || code === 0x65 || code === 0x69 || code === 0x6f || code === 0x75;

/** Blocks of Brahmic scripts, of 128 characters each, have the vowel signs at the same places. */
const isVowelSign = (code: number): boolean =>
  code >= 0x900 && code < 0xd80 && (code & 0x7f) >= 0x3e && (code & 0x7f) <= 0x4c;

const isVowel = (code: number): boolean => (code < 0x80 ? isLatinVowel(code) : isVowelSign(code));

/**
 * How many edits make one word of another: a letter too many, too few or another one, or two neighbours in the wrong
 * order, are one each (optimal string alignment); one vowel for another behind the first letter, and a letter that is
 * doubled or isn't, are half a one: people spell by ear. `FAR` if there are more than `most`. Takes some microseconds.
 *
 * @param one, other words in one script
 */
export function distance(one: string, other: string, most: number): number {
  const limit = most * EDIT;
  // Doubled letters count half.
  if (Math.abs(one.length - other.length) > limit || other.length >= LONGEST) return FAR;
  let [before, last, next] = ROWS as [Uint8Array, Uint8Array, Uint8Array];
  last[0] = 0;
  for (let column = 1; column <= other.length; column += 1) last[column] = last[column - 1]! + costOf(other, column);
  for (let row = 1; row <= one.length; row += 1) {
    const letter = one.charCodeAt(row - 1);
    const letterBefore = one.charCodeAt(row - 2);
    const cost = costOf(one, row);
    let least = (next[0] = last[0]! + cost);
    for (let column = 1; column <= other.length; column += 1) {
      const against = other.charCodeAt(column - 1);
      let fewest = last[column - 1]!;
      if (letter !== against) fewest += row > 1 && isVowel(letter) && isVowel(against) ? HALF : EDIT;
      if (last[column]! + cost < fewest) fewest = last[column]! + cost;
      if (next[column - 1]! + HALF < fewest) fewest = Math.min(fewest, next[column - 1]! + costOf(other, column));
      const isTurned = row > 1 && column > 1 && letter === other.charCodeAt(column - 2) && letterBefore === against;
      if (isTurned && before[column - 2]! + EDIT < fewest) fewest = before[column - 2]! + EDIT;
      next[column] = fewest;
      if (fewest < least) least = fewest;
    }
    if (least > limit) return FAR;
    [before, last, next] = [last, next, before];
  }
  const edits = last[other.length]! / EDIT;
  if (edits > most) return FAR;
  return one[0] === other[0] ? edits : edits - 1 + FIRST_LETTER;
}

/** Of a letter that the other word hasn't. @param at behind the letter */
const costOf = (word: string, at: number): number =>
  at > 1 && word.charCodeAt(at - 1) === word.charCodeAt(at - 2) ? HALF : EDIT;

/**
 * Which letters a word has, one bit each, all vowels the same and those of other scripts sharing them: an edit changes
 * two of the bits at most, half a one none, so most words need no closer look.
 */
export function lettersOf(word: string): number {
  let letters = 0;
  for (let index = 0; index < word.length; index += 1) {
    const code = word.charCodeAt(index);
    letters |= 1 << (isVowel(code) ? 0 : code % 31);
  }
  return letters;
}

/** How many bits two sets of letters differ in. */
export function lettersApart(one: number, other: number): number {
  let bits = one ^ other;
  bits -= (bits >>> 1) & 0x55555555;
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
