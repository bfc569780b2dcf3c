import { type ClassConstructor, plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import { readdir } from 'node:fs/promises';
import { type Fields, fieldsOf as fieldsOfRules, idRule } from '../../../src/validation/index.js';
import { AVAILABILITY, ITEM_FIELDS, skuRule } from '../../../src/inventory/products/product-rules.js';

export type Dto = ClassConstructor<object>;

/** Every class that the files named `*.dto.ts` export, by name. */
export async function dtoClasses(): Promise<Map<string, Dto>> {
  const files = (await readdir('src', { recursive: true })).filter((path) => path.endsWith('.dto.ts'));
  const modules: Record<string, unknown>[] = [];
  // One after the other: jest loses its way in modules that several of them import.
  for (const file of files) {
    modules.push((await import(`../../../src/${file.replace(/\.ts$/, '.js')}`)) as Record<string, unknown>);
  }
  const classes = modules.flatMap((one) => Object.values(one)).filter((one) => typeof one === 'function') as Dto[];
  return new Map(classes.map((one) => [one.name, one]));
}

/** What the items of a list are looked at with, one by one, each by the name of its schema. */
export const ITEM_RULES: Readonly<Record<string, Fields>> = {
  InventoryItem: fieldsOfRules({ ...Object.fromEntries(ITEM_FIELDS.rules), sku: skuRule }, ['sku']),
  AvailabilityUpdate: fieldsOfRules({ ...Object.fromEntries(AVAILABILITY.rules), productId: idRule }, [
    'productId',
    ...AVAILABILITY.required,
  ]),
};

/** Fields that are validated; required are those without a default that may not be absent. */
export function fieldsOf(dto: Dto): { all: string[]; required: string[] } {
  const metadata = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
  const all = [...new Set(metadata.map(({ propertyName }) => propertyName))].sort();
  const defaults = new dto() as Record<string, unknown>;
  return { all, required: all.filter((name) => defaults[name] === undefined && !accepts(dto, name, undefined)) };
}

/** Whether the class has nothing against this value of this field. */
export function accepts(dto: Dto, field: string, value: unknown): boolean {
  const instance = plainToInstance(dto, value === undefined ? {} : { [field]: value });
  const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true });
  return !errors.some(({ property }) => property === field);
}

const text = (length: number): string => 'x'.repeat(length);
const names = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`hi-${1_000 + index}`, 'x']));
const list = (count: number, item: unknown): unknown[] => Array.from({ length: count }, () => item);

/** Values on both sides of every bound there is. */
export const PROBES: readonly unknown[] = [
  'state,category',
  ...[null, true, 0, 1, -1, 1.5, 0.01, 0.001, 19.99, 100, 101, 1_000, 1_001, 1e10, 9_999_999_999.99],
  ...[0.00009, 999_999.999_999, 1_000_000],
  ...[Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 1, -0.01, 1e21, 0.0001],
  ...[
    '',
    ' ',
    '\u3000',
    'a',
    'A',
    'a-b',
    'a--b',
    '-a',
    'a b',
    '.a',
    'प्याज',
    'tab\tline\n',
    'nul\0',
    'del\x7f',
    'bell\x07',
  ],
  ...[
    'INR',
    'inr',
    'RUPEE',
    'search',
    'available',
    'gone',
    'price_changed',
    'newest',
    'week',
    '7d',
    'first',
    'hi',
    'ta-IN',
    'english',
    'h',
  ],
  ...['01955509-7c00-7b3e-8d4a-5f6e7d8c9b0a', '01955509-7c00', 'vnd_asha', 'vnd asha', 'leafy-vegetables'],
  ...['2025-02-28', '2025-02-29', '2025-2-28', '0000-01-01', '2025-02-28T00:00:00.000Z'],
  ...[32, 33, 64, 65, 200, 201, 2_000, 2_001].map(text),
  ...['now', 'block', { position: 3 }, { position: -1 }, { time: '2025-02-28T00:00:00.000Z' }, { time: '2025-02-28' }],
  ...[{ eventTypes: ['price_changed'], categories: ['a-b'] }, { eventTypes: ['sold'] }, { vendorIds: 'vnd_asha' }],
  ...[
    { eventId: '01955509-7c00-7b3e-8d4a-5f6e7d8c9b0a', error: '' },
    { eventId: 'x', error: '' },
  ],
  ...[[], {}, ['hi'], ['HI'], ['hi', 1], list(64, 'hi'), list(65, 'hi'), list(1_000, {}), list(1_001, {})],
  ...[{ hi: 'x' }, { hi: '' }, { hi: ' ' }, { HI: 'x' }, { hi: 1 }, { hi: null }, { hi: text(200) }, { hi: text(201) }],
  ...[names(64), names(65)],
  ...[[{ productId: 'prd_1', availability: 'limited' }], [{ productId: 'prd_1' }], [[]], [null], ['x']],
  ...[
    [{ sku: 'S1' }],
    [{ sku: '' }],
    [{ sku: 'S1', basePrice: 1 }],
    [{ sku: 'S1', nope: 1 }],
    list(1_000, { sku: 'S' }),
  ],
  ...[list(1_001, { sku: 'S' }), list(1_001, { productId: 'prd_1', availability: 'limited' })],
];
