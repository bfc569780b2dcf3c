import fc from 'fast-check';
import type { Schema } from '../../../../src/openapi/types.js';
import { resolve } from '../document.js';
import { hostileText, hostileValue } from './hostile.js';

/** Stand for things that are there when the request is sent. */
export const POOLED_PRODUCT = /prd_pool_(\d+)/g;
export const POOLED_VENDOR = /vnd_pool_(\d+)/g;
const POOL = 40;

const pooled = (prefix: string): fc.Arbitrary<string> => fc.nat(POOL).map((index) => `${prefix}_pool_${index}`);
const id = fc.oneof(pooled('prd'), pooled('vnd'), fc.constantFrom('prd_none', 'vnd_none', 'v:1.2-3_x', 'fresh'));

/** Texts of which each pattern of the document finds some that fit it. */
const TEXTS = [
  ...[
    'vegetables',
    'spices',
    'leafy-vegetables',
    'onion',
    'pyaz',
    'INR',
    'USD',
    'hi',
    'ta-IN',
    'zh-Hant-TW',
    'kg',
    'quintal',
  ],
  ...['प्याज', 'வெங்காயம்', 'پیاز', 'Onion, red', 'Delhi', 'North Delhi', 'Azadpur', 'SKU-1', 'SKU-2', 'आशा सब्ज़ी भंडार'],
  ...[
    '01955509-7c00-7b3e-8d4a-5f6e7d8c9b0a',
    'WyJuZXdlc3QiLCIyMDI2LTAzLTAxVDAzOjM1OjAwLjAwMFoiLCJwcmRfMSJd',
    'WyJuYW1lIiwwLCJBIiwidm5kXzEiXQ',
  ],
];

/** A value that fits the schema, or in one place of a few does not. */
export function nearly(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 20, arbitrary: fitting(schema) }, { weight: 1, arbitrary: hostileValue });
}

function fitting(unresolved: Schema): fc.Arbitrary<unknown> {
  const schema = resolve(unresolved);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]));
  if ('const' in schema) return fc.constant(schema.const);
  if (Array.isArray(schema.oneOf)) return fc.oneof(...(schema.oneOf as Schema[]).map(fitting));
  const types = [schema.type].flat() as string[];
  return fc.oneof(...types.map((type) => ofType(type, schema)));
}

function ofType(type: string, schema: Schema): fc.Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return text(schema);
    case 'integer':
      return whole(schema);
    case 'number':
      return fc.nat(1_000_000).map((paise) => paise / 100);
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(nearly(schema.items as Schema), { maxLength: 5 });
    case 'object':
      return object(schema);
    default:
      return fc.constant(null);
  }
}

function text({ pattern, maxLength = 200 }: Schema): fc.Arbitrary<unknown> {
  if (typeof pattern === 'string' && pattern.includes('_.:-')) return id;
  const fits = typeof pattern === 'string' ? new RegExp(pattern, 'u') : /^/;
  const known = TEXTS.filter((one) => fits.test(one));
  if (known.length < 15) return fc.constantFrom(...known);
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...known) },
    {
      weight: 1,
      arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: Math.min(maxLength as number, 60) }),
    },
  );
}

function whole({ minimum = -10, maximum = 1_000 }: Schema): fc.Arbitrary<unknown> {
  const [low, high] = [minimum as number, maximum as number];
  return fc.oneof(fc.integer({ min: low, max: Math.min(high, 1_000) }), fc.constantFrom(low, low - 1, high, high + 1));
}

function object({ properties, required, additionalProperties, propertyNames }: Schema): fc.Arbitrary<unknown> {
  if (propertyNames) {
    return fc.dictionary(
      fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom('hi', 'ta', 'en', 'bn-IN') },
        { weight: 1, arbitrary: hostileText },
      ),
      nearly(additionalProperties as Schema),
      { maxKeys: 3 },
    );
  }
  const fields = Object.fromEntries(
    Object.entries((properties ?? {}) as Record<string, Schema>).map(([name, one]) => [name, nearly(one)]),
  );
  const known = fc.record(fields, { requiredKeys: (required ?? []) as string[] });
  const unknown = fc.tuple(known, hostileText, hostileValue).map(([value, name, more]) => ({ ...value, [name]: more }));
  const lacking = fc.record(fields, { requiredKeys: [] });
  return fc.oneof(
    { weight: 12, arbitrary: known },
    { weight: 1, arbitrary: unknown },
    { weight: 1, arbitrary: lacking },
  );
}
