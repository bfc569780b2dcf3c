/** What the tables of words must be true to. */
import { describe, expect, it } from '@jest/globals';
import { entries } from './entries.js';
import { namesOf } from './glossary-entry.js';
import { readLines, readTable } from './table.js';
import { ENDINGS, FILLER_WORDS, PLACE_ALIASES, QUALITY_WORDS, STATE_NAMES } from './word-lists.js';

const LANGS = ['en', 'hi', 'mr', 'gu', 'pa', 'bn', 'ta', 'te', 'kn', 'ml', 'ur', 'or', 'as'];

describe('the tables of words', () => {
  it('have price words, wishes and qualities of each language, each word once and of one kind', () => {
    const rows = readTable('filler-words.tsv', ['lang', 'kind', 'word']);
    for (const lang of LANGS) {
      const kinds = new Set(rows.filter((row) => row.lang === lang).map(({ kind }) => kind));
      expect([lang, ...kinds]).toEqual(expect.arrayContaining([lang, 'price', 'quality', 'request']));
    }
    expect(new Set(rows.map(({ word }) => word)).size).toBe(rows.length);
    expect([...QUALITY_WORDS].filter((word) => FILLER_WORDS.has(word))).toEqual([]);
    expect(FILLER_WORDS.has('bhav')).toBe(true);
    expect(QUALITY_WORDS.has('देसी')).toBe(true);
  });

  it('have endings of ten scripts, the longest first, each with something to take off', () => {
    expect(ENDINGS.length).toBeGreaterThanOrEqual(10);
    for (const { script, endings } of ENDINGS) {
      expect(() => new RegExp(`\\p{Script=${script}}`, 'u')).not.toThrow();
      expect([script, endings.filter(([ending]) => ending === '')]).toEqual([script, []]);
      const lengths = endings.map(([ending]) => ending.length);
      expect([script, lengths]).toEqual([script, [...lengths].sort((one, other) => other - one)]);
    }
  });

  it('have no name for two states, nor for two places', () => {
    for (const names of [STATE_NAMES.map(({ name, aliases }) => [name, ...aliases]), PLACE_ALIASES]) {
      const all = names.flat().map((name) => name.toLowerCase());
      expect(all.filter((name, i) => all.indexOf(name) !== i)).toEqual([]);
    }
    expect(STATE_NAMES.length).toBeGreaterThanOrEqual(36);
  });

  it('have ordinary words, of which none is a name of a good', () => {
    const words = readLines('ordinary-words.txt');
    expect(words.filter((word) => !/^[\p{L}\p{M}]{3,}$/u.test(word))).toEqual([]);
    expect(new Set(words).size).toBe(words.length);
    expect(words.length).toBeGreaterThanOrEqual(5_000);
    const names = new Set(entries.flatMap(namesOf).map((name) => name.toLowerCase()));
    expect(words.filter((word) => names.has(word))).toEqual([]);
  });
});

describe('readTable', () => {
  it('refuses a table with another header, by name', () => {
    expect(() => readTable('states.tsv', ['state', 'names'])).toThrow('states.tsv: the header must be state, names');
  });
});
