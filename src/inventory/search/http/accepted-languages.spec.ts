import { describe, expect, it } from '@jest/globals';
import { acceptedLanguages } from './accepted-languages.js';

describe('the languages that a header accepts', () => {
  it.each<[string | undefined, string | undefined]>([
    [undefined, undefined],
    ['', undefined],
    ['*', undefined],
    ['hi', 'hi'],
    ['HI-in', 'hi'],
    ['hi-IN,hi;q=0.9,en-US;q=0.8,en;q=0.7', 'hi,en'],
    ['en;q=0.5, ta;q=0.9, kn;q=0.7', 'ta,kn'],
    ['fr, de;q=0.9, mr;q=0.1', 'mr'],
    ['ta;q=0, hi', 'hi'],
    ['hi;q=2, ta;q=x', 'hi,ta'],
    [`hi,${'x'.repeat(300)}`, undefined],
  ])('of %j are %j', (header, languages) => {
    expect(acceptedLanguages(header)).toBe(languages);
  });
});
