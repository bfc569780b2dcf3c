import { describe, expect, it } from '@jest/globals';
import { spelledVendorId, vendorIdOf } from './market-id.js';
import { marketKey, type MarketNames } from './market-key.js';

const gujarat = (market: string, district = 'Amreli'): MarketNames => ({ state: 'Gujarat', district, market });
const keyOf = (market: string) => marketKey(gujarat(market)).market;
const stateKeyOf = (state: string) => marketKey({ state, district: 'd', market: 'm' }).state;

describe('a market’s key', () => {
  it.each([
    ['Bagasara', 'APMC Bagasara', 'Bagasara APMC', 'APMC BAGASARA', ' bagasara ', 'Bagasara.', 'A.P.M.C. Bagasara'],
    ['Amreli', 'The Agricultural Produce Market Committee-Amreli', 'AMRELI APMC', 'Amreli (APMC)'],
    [
      'Amreli',
      'Agricultural Produce Marketing Committee, Amreli',
      'Agriculture Produce Market Committee (APMC) Amreli',
    ],
    ['Khedbrahma', 'APMCKHEDBRAHMA', 'KhedbrahmaAPMC', 'APMC-Khedbrahma', 'A. P. M. C. Khedbrahma', '(Khedbrahma)'],
    ['Khambhat(Grain Market)', 'Khambhat (Grain Market)', 'Khambhat(Grain Market) APMC', 'Khambhat( Grain  Market )'],
    ['Deesa(Bhildi)', 'Deesa(Bhildi) APMC', 'Deesa (Bhildi)APMC', 'APMC Deesa(Bhildi),'],
    ['Mumbai-Onion & Potato Market', 'Mumbai-Onion & Potato Market ', 'MUMBAI – ONION & POTATO MARKET'],
    ['Pune', 'APMC Pune ', 'APMC\u00A0Pune', '- Pune -', '“Pune”', 'Pune*'],
    ['New Grain Market , Sirsa', 'New Grain Market, Sirsa', 'New Grain Market,Sirsa'],
    ['आ\u095Bादपुर', 'आ\u091C\u093Cादपुर', ' आ\u095Bादपुर, APMC'],
  ])('is one for all spellings of %s', (market, ...spellings) => {
    for (const spelling of spellings) expect([spelling, keyOf(spelling)]).toEqual([spelling, keyOf(market)]);
  });

  it.each([
    ['Mumbai', 'Mumbai-Onion & Potato Market'],
    ['Deesa', 'Deesa(Bhildi)', 'Deesa(Deesa Veg Yard)'],
    ['Mandi(Mandi)', 'Mandi(Takoli)', 'Mandi', 'Bhawani Mandi'],
    ['Khambhat', 'Khambhat(Grain Market)', 'Grain Market', 'Fruit Market'],
    ['Jodhpur(F&V)(Bhadwasia)', 'Jodhpur(F&V)(Paota)', 'Jodhpur (Grain)(Mandor)'],
    ['Vankaner', 'Vankaner(Sub yard)'],
    ['Indore', 'Indore(F&V)'],
    ['कोटा', 'कोट', 'कोटी'],
  ])('tells %s from other markets', (...markets) => {
    expect(new Set(markets.map(keyOf)).size).toBe(markets.length);
  });

  it('is the same in every dress, and none of another market', () => {
    const dresses: ((name: string) => string)[] = [
      ...['APMC', 'apmc', 'A.P.M.C.', 'A. P. M. C.', '(APMC)', 'Agricultural Produce Market Committee'].flatMap(
        (word) => [
          (name: string) => `${word} ${name}`,
          (name: string) => `${name} ${word}`,
          (name: string) => `${name}, ${word}.`,
          (name: string) => `The ${word}-${name}`.replace(/^The (?!Agri)/, ''),
        ],
      ),
      ...[(name: string) => `APMC${name}`, (name: string) => `${name}APMC`],
      ...[(name: string) => name.toUpperCase(), (name: string) => name.toLowerCase()],
      ...[(name: string) => name.replaceAll('(', '  ( '), (name: string) => name.replaceAll(/ ?([,&-]) ?/g, ' $1 ')],
      ...[(name: string) => `\t${name.replaceAll(' ', '\u00A0 ')}`, (name: string) => `*${name} --`],
      ...[(name: string) => name.normalize('NFD'), (name: string) => name.replaceAll('-', '\u2013')],
    ];
    const names = [
      'Amreli',
      'Khambhat(Grain Market)',
      'Jodhpur(F&V)(Paota)',
      'Mumbai-Onion & Potato Market',
      'K.R. Pet',
    ];
    names.push(
      'New Grain Market , Sirsa',
      'Ambala Cantt.',
      'Fish,Poultry & Egg Market, Gazipur',
      'Théni',
      'मंडी',
      'Mandi',
    );
    const keys = names.map((name) => [...new Set(dresses.map((dress) => keyOf(dress(name))))]);
    expect(keys).toEqual(names.map((name) => [keyOf(name)]));
    expect(new Set(keys.flat()).size).toBe(names.length);
  });

  it('stays a name where there is nothing but what is of no account', () => {
    expect(['APMC', '---', '( )', 'Agricultural Produce Market Committee'].map(keyOf)).toEqual([
      'apmc',
      '---',
      '()',
      'agricultural produce market committee',
    ]);
  });

  it('has state and district in it', () => {
    const keys = [
      gujarat('Halvad', 'Surendranagar'),
      gujarat('APMC HALVAD', 'Morbi'),
      { ...gujarat('Halvad', 'Morbi'), state: 'Bihar' },
    ].map((names) => JSON.stringify(marketKey(names)));
    expect(new Set(keys).size).toBe(3);
    expect(marketKey(gujarat('x', ' Nongpoh (R-BHOI)'))).toEqual(marketKey(gujarat('x', 'Nongpoh(R-Bhoi)')));
  });

  it('is its own key', () => {
    for (const market of [
      'APMC Deesa (Bhildi)',
      'K.R. Pet',
      'A.P.M.C.',
      'Fish,Poultry & Egg Market, Gazipur',
      '((x)',
    ]) {
      const key = marketKey(gujarat(market));
      expect(marketKey(key)).toEqual(key);
    }
  });
});

describe('a state’s key', () => {
  it.each([
    ['delhi', 'NCT of Delhi', 'Delhi', 'DELHI', 'National Capital Territory of Delhi'],
    ['chhattisgarh', 'Chattisgarh', 'Chhattisgarh'],
    ['kerala', 'Kerala', 'Keralam'],
    ['uttarakhand', 'Uttrakhand', 'Uttarakhand', 'Uttaranchal'],
    ['puducherry', 'Pondicherry', 'Puducherry'],
    ['odisha', 'Orissa', 'Odisha'],
    ['jammu-and-kashmir', 'Jammu and Kashmir', 'Jammu & Kashmir', 'J&K'],
    ['andaman-and-nicobar', 'Andaman and Nicobar', 'Andaman & Nicobar Islands', 'Andaman And Nicobar Islands'],
    ['dadra-and-nagar-haveli-and-daman-and-diu', 'Dadra & Nagar Haveli and Daman & Diu', 'Daman and Diu'],
    ['tamil-nadu', 'Tamil Nadu', 'TAMILNADU', 'Tamil  Nadu.'],
    ['telangana', 'Telangana', 'TELENGANA'],
  ])('is %s for all its names', (key, ...names) => {
    expect(names.map(stateKeyOf)).toEqual(names.map(() => key));
  });

  it('is another one for what was once part of it', () => {
    expect(stateKeyOf('Ladakh')).not.toBe(stateKeyOf('Jammu and Kashmir'));
    expect(stateKeyOf('Telangana')).not.toBe(stateKeyOf('Andhra Pradesh'));
    expect(stateKeyOf('Jharkhand')).not.toBe(stateKeyOf('Bihar'));
  });

  it('of a state that isn’t in the table is its name', () => {
    expect([' New  State.', 'new state', ''].map(stateKeyOf)).toEqual(['new state', 'new state', '']);
  });
});

describe('the id of a market’s vendor', () => {
  const azadpur = { state: 'NCT of Delhi', district: 'Delhi', market: 'Azadpur' };

  it('is the same for each spelling, and that of former versions for the portal’s', () => {
    expect(vendorIdOf(azadpur)).toBe(spelledVendorId(azadpur));
    expect(vendorIdOf({ state: 'Delhi', district: 'DELHI', market: 'APMC AZADPUR' })).toBe(vendorIdOf(azadpur));
    const nongpoh = { state: 'Meghalaya', district: 'Nongpoh (R-Bhoi)', market: 'Nongpoh (R-Bhoi)' };
    expect(vendorIdOf({ ...nongpoh, market: 'nongpoh(r-bhoi)' })).toBe(vendorIdOf(nongpoh));
  });

  it('is another one in another district', () => {
    expect(vendorIdOf({ ...azadpur, district: 'North Delhi' })).not.toBe(vendorIdOf(azadpur));
  });
});
