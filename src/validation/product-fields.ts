import { AVAILABILITIES, type Product, PRODUCT_FIELDS, type ProductFields } from '../contracts/index.js';
import { jsonSchema } from '../infra/index.js';
import { day, id, names, nullable, price, slug, text, textOrBlank, time, weight } from './field-schemas.js';
import { exactWeight, priceRule, weightRule, withoutNoise } from './price.js';
import {
  currencyRule,
  dayRule,
  namesRule,
  nullableRule,
  oneOfRule,
  plainNames,
  plainText,
  plainTextRule,
  type Rule,
  slugRule,
  textRule,
} from './rules.js';

type Schema = jsonSchema.Schema;

/** What a field that can be set may be. */
interface SettableField<Value> {
  /** Of requests, calls of the services, imports and events alike. */
  rule: Rule;
  /** The same as JSON schema, with examples: the first is shown, the last is not what a product has without. */
  schema: Schema;
  /** What is stored of a value that the rule takes; absent: the value itself. */
  stored?: (value: NonNullable<Value>) => NonNullable<Value>;
}

/** Characters; an import makes one of three names of up to 200. */
const MAX_SKU = 400;

const nullableText = (
  maxLength: number,
  description: string,
  ...examples: (string | null)[]
): SettableField<string | null> => ({
  rule: nullableRule(plainTextRule(maxLength)),
  schema: { ...nullable(text(maxLength, description)), examples },
  stored: plainText,
});

const nullablePrice = (description: string, ...examples: number[]): SettableField<number | null> => ({
  rule: nullableRule(priceRule),
  schema: { ...nullable(price(description)), examples },
  stored: withoutNoise,
});

export const SETTABLE_FIELDS: { readonly [Field in keyof ProductFields]: SettableField<ProductFields[Field]> } = {
  sku: {
    rule: plainTextRule(MAX_SKU),
    schema: {
      ...text(MAX_SKU, 'The vendor’s own reference, unique per vendor; made up when absent. Blanks at its ends go'),
      examples: ['ONION-RED-1'],
    },
    stored: plainText,
  },
  name: {
    rule: plainTextRule(200),
    schema: { ...text(200, 'In whatever language the vendor uses; blanks at its ends go'), examples: ['Onion'] },
    stored: plainText,
  },
  names: {
    rule: namesRule,
    schema: {
      ...names,
      description: `${String(names.description)}; at most 1,024 words, with those of the name`,
      examples: [{ hi: 'प्याज', ta: 'வெங்காயம்', bn: 'পেঁয়াজ', ur: 'پیاز' }],
    },
    stored: plainNames,
  },
  description: {
    rule: nullableRule(textRule(2_000, { blank: true })),
    schema: { ...nullable(textOrBlank(2_000, 'For buyers')), examples: ['Medium, this week’s harvest'] },
  },
  category: { rule: slugRule, schema: { ...slug('What kind of produce'), examples: ['vegetables'] } },
  commodity: {
    rule: nullableRule(slugRule),
    schema: { ...nullable(slug('What it is, whatever its seller calls it')), examples: ['onion'] },
  },
  variety: nullableText(200, 'Of the commodity', 'Red'),
  grade: nullableText(200, 'As the market sorts it', 'Medium'),
  unit: {
    rule: plainTextRule(32),
    schema: {
      ...text(
        32,
        'What `basePrice` is for, `kg` when absent. Comparable are `g`, `kg`, `quintal` (100 kg) and `tonne`; `piece`, ' +
          '`dozen`, `hundred` and `thousand`; `ml` and `litre`. Any other is comparable with itself only, or by ' +
          '`unitWeightKg`',
      ),
      examples: ['kg', 'crate'],
    },
    stored: plainText,
  },
  unitWeightKg: {
    rule: nullableRule(weightRule),
    schema: {
      ...nullable(weight('What one `unit` weighs, at most six decimals: makes crates, bags and the like comparable')),
      examples: [null, 20],
    },
    stored: exactWeight,
  },
  basePrice: {
    rule: priceRule,
    schema: {
      ...price(
        'Per `unit` in `currency`, at most two decimals; the noise of binary fractions is taken for the decimals it ' +
          'stands for',
      ),
      examples: [26.5],
    },
    stored: withoutNoise,
  },
  minPrice: nullablePrice('The least of the day, as `basePrice` is; null after a new `basePrice` without it', 24),
  maxPrice: nullablePrice('The most of the day, as `basePrice` is; null after a new `basePrice` without it', 30.25),
  currency: {
    rule: currencyRule,
    schema: {
      type: 'string',
      pattern: '^[A-Z]{3}$',
      description: 'ISO 4217; `INR` when absent',
      examples: ['INR', 'NPR'],
    },
  },
  pricedOn: {
    rule: dayRule,
    schema: {
      ...day('Market day of `basePrice`, tomorrow at the latest; today after a new `basePrice` without it'),
      examples: ['2026-03-01', '2025-02-28'],
    },
  },
  availability: {
    rule: oneOfRule(AVAILABILITIES),
    schema: { ...jsonSchema.oneOfTexts(AVAILABILITIES, '`available` when absent'), examples: ['available', 'limited'] },
  },
};

const READ_ONLY_FIELDS: { readonly [Field in Exclude<keyof Product, keyof ProductFields>]: Schema } = {
  id: id('Opaque'),
  vendorId: id('The vendor it belongs to, for good'),
  comparablePrice: {
    ...jsonSchema.object<NonNullable<Product['comparablePrice']>>({
      amount: { type: 'number', minimum: 0, description: 'Exact to six decimals' },
      per: {
        type: 'string',
        description: '`kg`, `piece`, `litre`, or the unit itself where that is all it compares with',
      },
      currency: { type: 'string', description: 'Of the product' },
    }),
    type: ['object', 'null'],
    description: 'The price per kg, piece or litre. Prices are comparable if they have the same `per` and `currency`',
  },
  version: jsonSchema.count('Grows by one with every change; the number in the ETag', 1),
  createdAt: time('When it was made'),
  updatedAt: time('When it was last changed'),
};

/** As `STORED_PRODUCT` has them. */
const inOrder = (schemas: Record<keyof Product, Schema>): Readonly<Record<keyof Product, Schema>> =>
  Object.fromEntries(PRODUCT_FIELDS.map((field) => [field, schemas[field]])) as Record<keyof Product, Schema>;

type Fields<Of> = { readonly [Field in keyof ProductFields]: Of };

function ofSettable<Of>(of: (field: Pick<SettableField<unknown>, 'rule' | 'schema'>) => Of): Fields<Of> {
  return Object.fromEntries(Object.entries(SETTABLE_FIELDS).map(([name, field]) => [name, of(field)])) as Fields<Of>;
}

/** What the fields of a product may be, in requests, calls of the services, imports and events alike. */
export const PRODUCT_RULES: Fields<Rule> = ofSettable(({ rule }) => rule);

/** The same as JSON schemas, and those of all fields of a product, in the order in which they are shown. */
export const SETTABLE_SCHEMAS: Fields<Schema> = ofSettable(({ schema }) => schema);
export const PRODUCT_SCHEMAS: Readonly<Record<keyof Product, Schema>> = inOrder({
  ...READ_ONLY_FIELDS,
  ...SETTABLE_SCHEMAS,
});
