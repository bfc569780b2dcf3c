/** Edits beyond which two words count as different, whatever they are: what `distance` answers then. */
export const FAR = 9;

/** Letters of a word that is compared, and rows of them, which no other call uses at the same time. */
const LONGEST = 250;
const ROWS = [new Uint8Array(LONGEST), new Uint8Array(LONGEST), new Uint8Array(LONGEST)];

/** A wrong first letter is rarely a slip of the finger: it counts as much as a letter and a half. */
const FIRST_LETTER = 1.5;

/**
 * How many edits make one word of another: a letter too many, too few or another one, or two neighbours in the wrong
 * order, are one each (optimal string alignment). `FAR` if there are more than `most`. Takes some microseconds.
 *
 * @param one, other words in one script
 */
export function distance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most || other.length >= LONGEST) return FAR;
  let [before, last, next] = ROWS as [Uint8Array, Uint8Array, Uint8Array];
  for (let column = 0; column <= other.length; column += 1) last[column] = column;
  for (let row = 1; row <= one.length; row += 1) {
    const letter = one.charCodeAt(row - 1);
    const letterBefore = one.charCodeAt(row - 2);
    let least = (next[0] = row);
    for (let column = 1; column <= other.length; column += 1) {
      const against = other.charCodeAt(column - 1);
      let cost = last[column - 1]! + (letter === against ? 0 : 1);
      if (last[column]! < cost) cost = last[column]! + 1;
      if (next[column - 1]! < cost) cost = next[column - 1]! + 1;
      const isTurned = row > 1 && column > 1 && letter === other.charCodeAt(column - 2) && letterBefore === against;
      if (isTurned && before[column - 2]! < cost) cost = before[column - 2]! + 1;
      next[column] = cost;
      if (cost < least) least = cost;
    }
    if (least > most) return FAR;
    [before, last, next] = [last, next, before];
  }
  const edits = last[other.length]!;
  if (edits > most) return FAR;
  return one[0] === other[0] ? edits : edits - 1 + FIRST_LETTER;
}

/**
 * Which letters a word has, one bit each, those of other scripts sharing them: an edit changes two of the bits at most,
 * so most words need no closer look.
 */
export function lettersOf(word: string): number {
  let letters = 0;
  for (let index = 0; index < word.length; index += 1) {
    letters |= 1 << (word.charCodeAt(index) % 31);
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
