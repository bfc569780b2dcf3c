/** Categories of the portal's commodities that have no glossary entry, and rules for names that are not listed. */
import { CATEGORIES, type Category } from './glossary-entry.js';
import { portalKey } from './portal-name.js';

const portalNames: Readonly<Partial<Record<Category, readonly string[]>>> = {
  vegetables: ['Double Beans'],
  fruits: ['Dragon fruit', 'Passion Fruit', 'Persimon(Japani Fal)', 'Water chestnut'],
  cereals: ['Broken Rice', 'Millets'],
  oilseeds: ['Honge seed', 'Toria'],
  fibres: ['Lint', 'Sunhemp'],
  flowers: ['Cossandra'],
  'livestock-poultry-fisheries': ['Pigs'],
};

const categoryByPortalKey: ReadonlyMap<string, Category> = new Map(
  CATEGORIES.flatMap((category) =>
    (portalNames[category] ?? []).map((name): [string, Category] => [portalKey(name), category]),
  ),
);

/** First match wins, so a product made of another ('Rice Bran Oil', 'Turmeric powder') stands before its material. */
const keywordRules: readonly (readonly [RegExp, Category])[] = [
  [/\boils?\b|\bghee\b|vanaspati/, 'oils-and-fats'],
  [/\bfodder\b|\bbran\b|\bcake\b/, 'other'],
  [/\bflowers?\b|\broses?\b|marigold|jasmine|chrysanthemum|orchid|gladiol|carnation|gerbera/, 'flowers'],
  [/almond|cashew|pistachio|walnut|raisin|makhana|\bdry fruits?\b|\bdried (fruit|fig|apricot)s?\b/, 'dry-fruits'],
  [
    /\bdaa?l\b|\bgram\b|\blentils?\b|\bpulses?\b|^(?:(?!\bpeas?\b).)*\bpeas?\b.*\bdr(y|ied)\b|\bdr(y|ied) peas?\b/,
    'pulses',
  ],
  [/chickpea|\bchana\b|\brajma|kidney bean|\bmoong\b|\burad\b|\bmasoo?r\b|\barhar\b|\blobia\b/, 'pulses'],
  [/\bpaddy\b|\brice\b|\bwheat\b|\bmaize\b|\bmillets?\b|\bbarley\b|\boats?\b|\bflour\b|\batta\b/, 'cereals'],
  [/\bbajra\b|\bjowar\b|\bragi\b|sorghum/, 'cereals'],
  [/mustard|sesam|soya?\s?bean|ground\s?nut|\bcastor\b|linseed|sunflower|safflower|\bcopra\b|rapeseed/, 'oilseeds'],
  [/chill?(y|i|ies)\b|\bpepper\b|turmeric|cumm?in\b|corr?iander seed|cardamom|\bcloves?\b|cinn?amon/, 'spices'],
  [/masala|\bspices?\b|fennel|fenugreek seed|\bajwai?n\b|saffron|asafoetida|tamarind|nutmeg|\bmace\b/, 'spices'],
  [/\bcotton\b|\bjute\b|\bwool\b|\bsilk\b|\bcoir\b|\bhemp\b/, 'fibres'],
  [/\bfish|prawn|shrimp|\bcrabs?\b|\beggs?\b|\bmeat\b|chicken|poultry/, 'livestock-poultry-fisheries'],
  [/\bgoats?\b|\bsheep\b|\bcows?\b|buffalo|\bbulls?\b|bullock|\bcal(f|ves)\b|\bpigs?\b/, 'livestock-poultry-fisheries'],
  [/wood\b|\btimber\b|rubber|\btea\b|coffee|\bcocoa\b|tobacco|bamboo|\bbetel|areca/, 'plantation-and-forest'],
  [/\bsugar\b|sugar\s?cane|jaggery|\bhoney\b|molasses/, 'sweeteners'],
  [/gourd|\bbeans?\b|\bpeas?\b|spinach|\bleaf\b|\bleaves\b|\bleafy\b|\bgreens\b|vegetable/, 'vegetables'],
  [/cabbage|cauliflower|brinjal|pumpkin|\byams?\b|radish|onion|potato|tomato|cucumber|mushroom/, 'vegetables'],
  [/\bfruits?\b|apple\b|mango|banana|melon|orange\b|lemon|\blime\b|berry\b|\bgrapes?\b|guava|\bplum\b/, 'fruits'],
];

/** The category of a commodity without a glossary entry; 'other' if neither its name nor a word of it is known. */
export function categoryWithoutEntry(commodity: string): Category {
  const listed = categoryByPortalKey.get(portalKey(commodity));
  if (listed !== undefined) return listed;
  const text = commodity.normalize('NFKC').toLowerCase();
  return keywordRules.find(([words]) => words.test(text))?.[1] ?? 'other';
}
