import { foldWord } from '../../text/fold.js';

const known = new Map<string, string>();

/** `foldWord` of words of the glossary, each made once: its names have the same words again and again. */
export function foldOfGlossary(word: string): string {
  let folded = known.get(word);
  if (folded === undefined) known.set(word, (folded = foldWord(word)));
  return folded;
}
