import { describe, expect, it } from '@jest/globals';
import { withMarketFacts } from '../../../contracts/index.js';
import { decide } from './decide.js';
import { ORIGIN } from '../../../../test/support/events.js';
import type { ProductCommand, WriteOutcome } from './product-command.js';
import { resolveOutcomes } from './resolve-outcomes.js';
import { WorkingSet } from './working-set.js';

const onion = withMarketFacts({
  id: 'prd_1',
  vendorId: 'vnd_1',
  sku: 'onion',
  name: 'Onion',
  names: {},
  description: null,
  category: 'vegetables',
  unit: 'kg',
  basePrice: 100,
  currency: 'INR',
  availability: 'available',
  version: 1,
  createdAt: '2026-02-01T00:00:00.000Z',
  updatedAt: '2026-02-01T00:00:00.000Z',
});
const { id, vendorId, sku } = onion;
const context = { origin: ORIGIN, region: 'r', occurredAt: '2026-02-02T00:00:00.000Z', marketDay: '2026-02-02' };
const remove: ProductCommand = { kind: 'delete', id, expectedVersion: 1 };
const change = (basePrice: number): ProductCommand => ({ kind: 'update', id, updates: { basePrice } });
const create = { name: 'Onion', category: 'vegetables', basePrice: 1 } as const;

/** The outcomes of a batch whose changes have been committed, or have all lost a race. */
function outcomesOf(commands: ProductCommand[], isCommitted: boolean): (WriteOutcome['status'] | undefined)[] {
  const set = new WorkingSet([onion], new Set([vendorId]));
  const decisions = commands.map((command) => decide(command, set, context));
  const committed = isCommitted ? set.changed().map((draft) => draft.id) : [];
  const outcomes = new Array<WriteOutcome>(commands.length);
  resolveOutcomes([...commands.keys()], decisions, new Set(committed), outcomes);
  return Array.from(outcomes, (outcome?: WriteOutcome) => outcome?.status);
}

describe('an outcome', () => {
  it.each<[string, ProductCommand[], WriteOutcome['status'][]]>([
    ['a change back', [change(200), change(100)], ['updated', 'updated']],
    ['nothing to change', [change(200), change(200)], ['updated', 'unchanged']],
    ['no such product', [remove, change(200)], ['deleted', 'rejected']],
    ['another version', [change(200), remove], ['updated', 'rejected']],
    [
      'a sku that is taken',
      [
        { kind: 'update', id, updates: { sku: 'red onion' }, expectedVersion: 1 },
        { kind: 'upsert', vendorId, sku: 'onion', updates: {}, create },
        { kind: 'create', data: { ...create, vendorId, sku: 'onion' } },
      ],
      ['updated', 'created', 'rejected'],
    ],
    [
      'an incomplete product',
      [remove, { kind: 'upsert', vendorId, sku, updates: {}, create: {} }],
      ['deleted', 'rejected'],
    ],
  ])('stands only with what it rests on: %s', (_what, commands, statuses) => {
    expect(outcomesOf(commands, true)).toEqual(statuses);
    expect(outcomesOf(commands, false)).toEqual(statuses.map(() => undefined));
  });

  it('that rests on nothing of the batch stands in any case', () => {
    const unknown: ProductCommand[] = [
      { kind: 'update', id: 'prd_none', updates: { basePrice: 1 } },
      { kind: 'create', data: { ...create, vendorId: 'vnd_none' } },
      change(100),
    ];
    expect(outcomesOf(unknown, false)).toEqual(['rejected', 'rejected', 'unchanged']);
  });
});
