import type { FieldError, ProductUpdates } from '../../../contracts/index.js';
import { isRecord } from '../../../validation/index.js';
import { countWords } from '../../text/words.js';

/**
 * Words of a product's names, in all languages together: 16 in each of 64. What a product is found by is made of each
 * of them, which takes 3 ms for so many.
 */
const MAX_NAME_WORDS = 1_024;

/** Words of all names and descriptions in one bulk request, 100 for each item: half a second of work, in slices. */
const MAX_REQUEST_WORDS = 100_000;

/** Names with so many words that what they are found by would be costly to make. */
export function nameWordsFault({ name, names }: ProductUpdates): FieldError | undefined {
  if (!names || wordsOfAll([name, names]) <= MAX_NAME_WORDS) return undefined;
  return { field: 'names', message: `must have at most ${MAX_NAME_WORDS} words, with the name` };
}

/** Counts the words of a request's items, of whatever form. */
export class RequestWords {
  private count = 0;

  /** @returns what is wrong if there are too many words by now */
  add(item: unknown): string | undefined {
    if (isRecord(item)) this.count += wordsOfAll([item.name, item.names, item.description]);
    if (this.count <= MAX_REQUEST_WORDS) return undefined;
    return `must have at most ${MAX_REQUEST_WORDS} words in names and descriptions`;
  }
}

/** @param values texts, and objects of them; others have none */
function wordsOfAll(values: readonly unknown[]): number {
  return values.reduce<number>((sum, value) => {
    if (typeof value === 'string') return sum + countWords(value);
    return isRecord(value) ? sum + wordsOfAll(Object.values(value).filter((text) => typeof text === 'string')) : sum;
  }, 0);
}
