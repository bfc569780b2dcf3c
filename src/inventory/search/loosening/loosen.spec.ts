import { describe, expect, it, jest } from '@jest/globals';
import { followUps, loosen, readText } from './loosen.js';
import { Places } from './places.js';
import { Spellings } from './spellings.js';
import { Vocabulary } from './vocabulary.js';

const vocabulary = new Vocabulary();
const places = new Places();
places.add({ state: 'Maharashtra', district: 'Nashik', market: 'Lasalgaon' });
places.add({ state: 'Madhya Pradesh', district: 'Indore', market: 'Indore' });
places.add({ state: 'Gujarat', district: 'Surat', market: 'Surat' });
places.add({ state: 'Karnataka', district: 'Kolar', market: 'Kolar' });
const taken = (q: string) => loosen(readText(q, { vocabulary, places, commonness: () => 0 }));
const texts = (q: string): string[] => taken(q).flatMap(({ queries }) => [...queries]);

describe('a query that finds nothing', () => {
  it.each([
    ['pyaz ka bhav', 'pyaz'],
    ['आलू का भाव', 'आलू'],
    ['tomato price today', 'tomato'],
    ['தக்காளி விலை', 'தக்காளி'],
    ['lal pyaz', 'pyaz'],
    ['greengram', 'green gram'],
    ['ladyfinger', 'lady finger'],
    ['drum stick', 'drumstick'],
    ['bittergourd', 'bitter gourd'],
    ['oinon', 'onion'],
    ['tumeric', 'turmeric'],
    ['cucmber', 'cucumber'],
    ['poatto', 'potato'],
    ['timatar', 'tamatar'],
    ['bittre gourd', 'bitter gourd'],
    ['fresh oinon price', 'onion'],
  ])('%s is taken for %s', (q, meant) => {
    expect(texts(q)).toContain(meant);
  });

  it.each([
    ['onion lasalgaon', 'onion', 'market', 'Lasalgaon'],
    ['प्याज इंदौर', 'प्याज', 'district', 'Indore'],
    // Some good sounds so.
    ['lemon surat', 'lemon', 'district', 'Surat'],
    ['tomato in kolar', 'tomato', 'district', 'Kolar'],
    ['महाराष्ट्र प्याज', 'प्याज', 'state', 'Maharashtra'],
    ['onion lasalgoan', 'onion', 'market', 'Lasalgaon'],
  ])('%s is taken for %s of the %s %s', (q, meant, kind, name) => {
    expect(taken(q)[0]).toMatchObject({ queries: [meant], places: [{ kind, name }] });
    // At last anywhere.
    expect(taken(q).at(-1)).toMatchObject({ queries: [meant], places: [] });
  });

  it('is looked for at one place of a kind, and says that the other was left out', () => {
    const [step] = taken('onion indore surat');
    expect(step).toMatchObject({ queries: ['onion'], places: [{ name: 'Indore' }], dropped: ['surat'] });
    expect(step!.places).toHaveLength(1);
  });

  it('is looked for at a place that it names alone', () => {
    expect(taken('lasalgaon')).toMatchObject([{ queries: [], places: [{ kind: 'market', name: 'Lasalgaon' }] }]);
    expect(taken('lasulgaan')).toEqual([]);
    expect(taken('spaceship lasalgaon')).toEqual([]);
  });

  it.each(['mandi', 'xyzzy', 'price today', 'house', 'a', ''])('%s stays what it is', (q) => {
    expect(taken(q)).toEqual([]);
  });
});

describe('a query that finds only what sounds so', () => {
  const meant = (q: string): string[] =>
    followUps(readText(q, { vocabulary, places, commonness: (good) => vocabulary.reportsOf(good) })).map(
      ({ queries, goods }) => `${queries[0]}: ${[...goods].join()}`,
    );

  it.each([
    ['poatto', 'potato: potato'],
    ['कादा', 'कांदा: onion'],
    ['लाल कांदा', 'कांदा: onion'],
    ['انڈوں', 'انڈا: egg'],
    ['भेडी', 'भेंडी: okra'],
    ['कादा का भाव', 'कांदा: onion'],
  ])('%s may mean %s', (q, what) => {
    expect(meant(q)[0]).toBe(what);
  });

  it.each(['onion', 'mang', 'pyaz', 'प्याज', 'poin', 'house', 'price', ''])('%s means what it is', (q) => {
    expect(meant(q)).toEqual([]);
  });

  it('is looked for among all names a few times a word, however many there are', () => {
    const looks = jest.spyOn(Spellings.prototype, 'closest');
    const text = readText(
      'oinonn poattos tumericc cucmberr bittree garlcc corriandrr brinjll ladyfingrr spinchh mustrdd',
      {
        vocabulary,
        places,
        commonness: () => 0,
      },
    );
    const steps = [...loosen(text), ...followUps(text)];
    const count = looks.mock.calls.length;
    looks.mockRestore();
    expect(steps.length).toBeGreaterThan(1);
    expect(count).toBeGreaterThan(10);
    expect(count).toBeLessThan(60);
  });

  it('is no word of two that are left out', () => {
    expect(texts('مکئی کا ریٹ')[0]).toBe('مکئی');
  });
});
