/** What the glossary must be true to: scripts, unambiguous names, coverage of the portal's commodities, look-ups. */
import { describe, expect, it } from '@jest/globals';
import { isSlug } from '../../validation/index.js';
import { commodities } from '../../../test/support/findability/table.js';
import { CATEGORIES, categoryOf, entries, findByPortalName, type Language, LANGUAGES, synonymsOf } from './index.js';
import { phrasesOf } from './phrase-index.js';
import { readTable } from './table.js';

const SCRIPTS: Record<Language, RegExp> = {
  hi: /^[\p{Script=Devanagari} ]+$/u,
  ta: /^[\p{Script=Tamil} ]+$/u,
  te: /^[\p{Script=Telugu} ]+$/u,
  bn: /^[\p{Script=Bengali} ]+$/u,
  mr: /^[\p{Script=Devanagari} ]+$/u,
  gu: /^[\p{Script=Gujarati} ]+$/u,
  kn: /^[\p{Script=Kannada} ]+$/u,
  ml: /^[\p{Script=Malayalam} ]+$/u,
  pa: /^[\p{Script=Gurmukhi} ]+$/u,
  ur: /^[\p{Script=Arabic} ]+$/u,
  or: /^[\p{Script=Oriya} ]+$/u,
  as: /^[\p{Script=Bengali} ]+$/u,
};

/** Kinds of sources of a name: see data/README.md. */
const SOURCES: readonly string[] = ['general', 'spelling', 'transliteration', 'inflection', 'speaker', 'reference'];

/**
 * Price reports on the portal from 27 July to 2 August 2023: all of them, and those of the 130 commonest commodities.
 */
const REPORTS = 23_093;
const FREQUENCIES = `
Potato = 1205; Onion = 1134; Brinjal = 1033; Green Chilli = 931; Bhindi(Ladies Finger) = 860;
Cucumbar(Kheera) = 712; Bottle gourd = 693; Tomato = 671; Banana = 669; Wheat = 639; Bitter gourd = 610;
Pumpkin = 588; Cabbage = 531; Apple = 488; Paddy(Dhan)(Common) = 470; Cauliflower = 465; Rice = 443;
Bengal Gram(Gram)(Whole) = 348; Lemon = 325; Garlic = 319; Mango = 308; Mustard = 298; Maize = 297;
Pomegranate = 291; Ridgeguard(Tori) = 290; Carrot = 280; Ginger(Green) = 254; Banana - Green = 242;
Capsicum = 234; Mousambi(Sweet Lime) = 215; Colacasia = 207; Papaya = 201; Gur(Jaggery) = 201;
Pointed gourd (Parval) = 196; Beetroot = 185; Bajra(Pearl Millet/Cumbu) = 173; Raddish = 169; Drumstick = 159;
Coriander(Leaves) = 144; Sponge gourd = 143; Soyabean = 142; Arhar (Tur/Red Gram)(Whole) = 139; Cowpea(Veg) = 134;
Arhar Dal(Tur Dal) = 130; Snakeguard = 128; Lentil (Masur)(Whole) = 128; Spinach = 124;
French Beans (Frasbean) = 121; Cotton = 120; Groundnut = 119; Jowar(Sorghum) = 116; Ashgourd = 111;
Black Gram (Urd Beans)(Whole) = 102; Castor Seed = 101; Guar = 100; Pear(Marasebu) = 98; Cluster beans = 98;
Green Gram (Moong)(Whole) = 96; Pineapple = 95; Sesamum(Sesame,Gingelly,Til) = 93; Little gourd (Kundru) = 89;
Fish = 87; Amaranthus = 84; Barley (Jau) = 83; Black Gram Dal (Urd Dal) = 82; Peas Wet = 80; Mustard Oil = 80;
Plum = 77; Coconut = 76; Arecanut(Betelnut/Supari) = 75; Beans = 71; Bengal Gram Dal (Chana Dal) = 68;
Jack Fruit = 66; Amphophalus = 65; Guava = 64; Tapioca = 64; Mango (Raw-Ripe) = 62; Corriander seed = 61;
Tinda = 60; Elephant Yam (Suran) = 57; Masur Dal = 52; White Peas = 51; Methi(Leaves) = 48; Leafy Vegetable = 47;
Lime = 46; Green Gram Dal (Moong Dal) = 44; Ginger(Dry) = 43; Sweet Pumpkin = 43; Peas(Dry) = 41;
Chilly Capsicum = 40; Onion Green = 39; Water Melon = 38; Cummin Seed(Jeera) = 37; Copra = 37;
Guar Seed(Cluster Beans Seed) = 35; Field Pea = 34; Black pepper = 33; Papaya (Raw) = 32;
Squash(Chappal Kadoo) = 31; Grapes = 30; Turmeric = 29; Jute = 28; Sweet Potato = 25; Methi Seeds = 24;
Sugar = 24; Yam (Ratalu) = 22; Chikoos(Sapota) = 21; Dry Chillies = 21; Wood = 21; Orange = 20; Peas cod = 19;
Round gourd = 19; Knool Khol = 19; Tender Coconut = 18; Ground Nut Seed = 17; Mint(Pudina) = 17; Green Peas = 17;
Rubber = 17; Coconut Oil = 16; Mashrooms = 15; Kabuli Chana(Chickpeas-White) = 15; Indian Beans (Seam) = 15;
Coconut Seed = 15; Betal Leaves = 15; Kartali (Kantola) = 13; Ragi (Finger Millet) = 13;
Paddy(Dhan)(Basmati) = 13; Amla(Nelli Kai) = 12; Kulthi(Horse Gram) = 11; Karbuja(Musk Melon) = 11;
`;

const frequencies = FREQUENCIES.split(';')
  .map((item) => item.trim())
  .filter((item) => item !== '')
  .map((item) => ({ commodity: item.replace(/ = \d+$/, ''), reports: Number(/\d+$/.exec(item)?.[0]) }));

const words = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

const named = (...texts: string[]) => synonymsOf(texts, words).map((entry) => entry.name);

describe('entries', () => {
  it('are at least two hundred, each with a name of its own', () => {
    expect(entries.length).toBeGreaterThanOrEqual(200);
    expect(new Set(entries.map((entry) => entry.name)).size).toBe(entries.length);
  });

  it.each(LANGUAGES)('are written in the script of %s, NFC, trimmed', (language) => {
    const names = entries.flatMap((entry) => [entry.names[language], ...entry.others[language]]);
    const wrong = (name: string) => !SCRIPTS[language].test(name) || name !== name.normalize('NFC').trim();
    expect(names.filter(wrong)).toEqual([]);
  });

  it('have a slug of their own', () => {
    const slugs = entries.map(({ slug }) => slug);
    expect(slugs.filter((slug) => !isSlug(slug))).toEqual([]);
    expect(new Set(slugs).size).toBe(slugs.length);
  });

  it('have aliases in plain lower-case Latin, none twice', () => {
    for (const { aliases } of entries) {
      expect(aliases.filter((alias) => !/^[a-z]+( [a-z]+)*$/.test(alias))).toEqual([]);
      expect(new Set(aliases).size).toBe(aliases.length);
    }
  });

  it('claim each portal name once', () => {
    const claimed = entries.flatMap((entry) => entry.portal);
    expect(claimed.filter((name, i) => claimed.indexOf(name) !== i)).toEqual([]);
  });

  it('share those names with others that are listed as shared, and no more', () => {
    const owners = new Map<string, Set<string>>();
    for (const entry of entries) {
      for (const phrase of phrasesOf(entry)) {
        const key = words(phrase).join(' ');
        owners.set(key, (owners.get(key) ?? new Set()).add(entry.name));
      }
    }
    const listed = new Map(
      readTable('shared-names.tsv', ['name', 'commodities']).map((row) => [words(row.name).join(' '), row.commodities]),
    );
    const shared = [...owners].filter(([, names]) => names.size > 1);
    const unlisted = shared.filter(([name]) => !listed.has(name) && !listed.has(name.replace(/(es|s)$/, '')));
    expect(unlisted.map(([name, names]) => `${name}: ${[...names].join(', ')}`)).toEqual([]);
    for (const [name, commodities] of listed) {
      expect([name, [...(owners.get(name) ?? [])].sort().join(' | ')]).toEqual([name, commodities]);
    }
  });

  it('are all 234 commodities of one week of the portal', () => {
    expect(commodities().filter(({ commodity }) => findByPortalName(commodity) === undefined)).toEqual([]);
    const strange = commodities().filter(({ commodity, slug }) => findByPortalName(commodity)?.slug !== slug);
    expect(strange).toEqual([]);
  });

  it('have a category, a source and reports that are known', () => {
    for (const { name, category, reports } of entries) {
      expect([name, CATEGORIES.includes(category), Number.isInteger(reports)]).toEqual([name, true, true]);
    }
    const rows = CATEGORIES.flatMap((category) => {
      const file = readTable(`names/${category}.tsv`, ['commodity', 'lang', 'name', 'source']);
      const ofCategory = new Set(entries.filter((entry) => entry.category === category).map(({ name }) => name));
      expect(file.filter(({ commodity }) => !ofCategory.has(commodity))).toEqual([]);
      return file;
    });
    const known: readonly string[] = [...LANGUAGES, 'latin'];
    expect(rows.filter(({ lang }) => !known.includes(lang))).toEqual([]);
    expect(rows.filter(({ source }) => !SOURCES.includes(source))).toEqual([]);
    const keys = rows.map(({ commodity, lang, name }) => `${commodity} ${lang} ${name}`);
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
  });

  it.each(['or', 'as'] as const)(
    'have names of their own in %s, not the English ones in its script, for at least 120',
    (lang) => {
      const rows = CATEGORIES.flatMap((category) =>
        readTable(`names/${category}.tsv`, ['commodity', 'lang', 'name', 'source']),
      );
      const own = rows.filter((row) => row.lang === lang && row.source !== 'transliteration');
      expect(new Set(own.map(({ commodity }) => commodity)).size).toBeGreaterThanOrEqual(120);
    },
  );
});

describe('findByPortalName', () => {
  it('covers 95 % of the reports with the 130 commonest commodities alone', () => {
    expect(frequencies).toHaveLength(130);
    const covered = frequencies.filter(({ commodity }) => findByPortalName(commodity) !== undefined);
    const reports = covered.reduce((sum, item) => sum + item.reports, 0);
    expect(reports / REPORTS).toBeGreaterThanOrEqual(0.95);
  });

  it.each(['Bhindi(Ladies Finger)', 'bhindi (ladies finger)', ' BHINDI - Ladies Finger ', 'Okra'])(
    'reads %j',
    (commodity) => {
      expect(findByPortalName(commodity)?.name).toBe('Okra');
    },
  );

  it.each(['', '()', 'Ladies', 'Plutonium'])('does not know %j', (commodity) => {
    expect(findByPortalName(commodity)).toBeUndefined();
  });
});

describe('categoryOf', () => {
  it.each([
    ['Potato', 'vegetables'],
    ['Mango', 'fruits'],
    ['Paddy(Dhan)(Common)', 'cereals'],
    ['Arhar Dal(Tur Dal)', 'pulses'],
    ['Sesamum(Sesame,Gingelly,Til)', 'oilseeds'],
    ['Cummin Seed(Jeera)', 'spices'],
    ['Cotton', 'fibres'],
    ['Rose(Loose))', 'flowers'],
    ['Dry Grapes', 'dry-fruits'],
    ['Mustard Oil', 'oils-and-fats'],
    ['He Buffalo', 'livestock-poultry-fisheries'],
    ['Arecanut(Betelnut/Supari)', 'plantation-and-forest'],
    ['Gur(Jaggery)', 'sweeteners'],
    ['Green Fodder', 'other'],
  ])('files %s under %s', (commodity, category) => {
    expect(categoryOf(commodity)).toBe(category);
  });

  it.each([
    ['Honge seed', 'oilseeds'],
    ['Cossandra', 'flowers'],
    ['Double Beans', 'vegetables'],
    ['dragon fruit', 'fruits'],
  ])('knows %s, which has no entry, as %s', (commodity, category) => {
    expect(findByPortalName(commodity)).toBeUndefined();
    expect(categoryOf(commodity)).toBe(category);
  });

  it.each([
    ['Rice Bran Oil', 'oils-and-fats'],
    ['Avare Dal', 'pulses'],
    ['Peas, split and dried', 'pulses'],
    ['Proso Millet', 'cereals'],
    ['Ivory Gourd', 'vegetables'],
    ['Blue Berry', 'fruits'],
    ['Hydrangea Flower', 'flowers'],
    ['Plutonium', 'other'],
    ['', 'other'],
  ])('judges the unlisted %j by its words: %s', (commodity, category) => {
    expect(categoryOf(commodity)).toBe(category);
  });
});

describe('synonymsOf', () => {
  it('finds an entry by its name in every language', () => {
    for (const entry of entries) {
      const names = LANGUAGES.flatMap((language) => [entry.names[language], ...entry.others[language]]);
      for (const name of [...names, ...entry.aliases])
        expect([name, named(name)]).toEqual([name, expect.arrayContaining([entry.name])]);
    }
  });

  it.each([
    ['Nashik onions, 50 kg', ['Onion']],
    ['Guntur Green Chilli', ['Green Chilli']],
    ['ताज़ी हरी मिर्च', ['Green Chilli']],
    ['Bitter gourd', ['Bitter Gourd']],
    ['Chana dal, 500 gram', ['Chana Dal']],
    ['Sunflower oil', ['Sunflower Oil']],
    ['Green chillies and potatoes', ['Green Chilli', 'Potato']],
    ['Kabuli black-eyed pea', ['Cowpea']],
    ['नारियल तेल', ['Coconut Oil']],
    ['چنے کی دال', ['Chana Dal']],
    ['Beans', ['French Beans']],
    ['Wood', ['Timber']],
  ])('reads %j as %j', (text, names) => {
    expect(named(text)).toEqual(names);
  });

  it.each([
    'gourd',
    'wood apple juice',
    'Rice bran oil',
    'cow milk',
    'black beans',
    'gram',
    'oil',
    'Onionskin',
    'green',
    'seed',
    '',
  ])('finds nothing in %j', (text) => {
    expect(named(text)).toEqual([]);
  });

  it('takes a name of several commodities for the one that another name says, else for all', () => {
    expect(named('धनिया')).toEqual(['Coriander Leaves', 'Coriander Seed']);
    expect(named('Corriander seed', 'धनिया')).toEqual(['Coriander Seed']);
    expect(named('धनिया', 'Coriander(Leaves)')).toEqual(['Coriander Leaves']);
    expect(named('chilli')).toEqual(['Green Chilli', 'Dry Chilli']);
  });

  it('gives each entry once, however many texts name it', () => {
    expect(named('Onion', 'प्याज', 'வெங்காயம்', 'Onion pyaz')).toEqual(['Onion']);
  });

  it('reads the glossary once per normalise function', () => {
    let calls = 0;
    const counting = (text: string) => (calls++, words(text));
    synonymsOf(['Onion'], counting);
    const building = calls;
    synonymsOf(['Onion', 'Potato'], counting);
    expect(calls).toBe(building + 2);
  });
});
