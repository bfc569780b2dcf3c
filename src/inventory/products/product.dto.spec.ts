import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ValidationFailedError } from '../../infra/index.js';
import { StrictValidationPipe } from '../../validation/index.js';
import { CreateProductBody, UpdateProductBody } from './product.dto.js';

type Body = Record<string, unknown>;

const pipe = new StrictValidationPipe();
const price = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.integer({ min: 0, max: 10 ** 7 }).map((paise) => paise / 100),
  fc.string(),
);
const availability = fc.oneof(fc.constantFrom('available', 'limited', 'out_of_stock'), fc.string(), fc.constant(null));
const names = fc.oneof(fc.dictionary(fc.constantFrom('hi', 'ta-IN', 'HI'), fc.string()), fc.anything());
const fields = {
  basePrice: price,
  availability,
  names,
  name: fc.oneof(fc.string(), fc.anything()),
  category: fc.oneof(fc.stringMatching(/^[a-z-]{1,9}$/), fc.string()),
  currency: fc.oneof(fc.constant('INR'), fc.string()),
  description: fc.oneof(fc.string(), fc.constant(null)),
};
const creation = fc.record(
  {
    ...fields,
    name: fc.oneof({ weight: 9, arbitrary: fc.constant('Okra') }, fields.name),
    names: fc.oneof({ weight: 3, arbitrary: fc.constant({ hi: 'x' }) }, names),
    category: fc.oneof({ weight: 9, arbitrary: fc.constant('spices') }, fields.category),
    basePrice: fc.oneof({ weight: 9, arbitrary: fc.constant(0.1 + 0.2) }, price),
    vendorId: fc.oneof({ weight: 9, arbitrary: fc.constant('vnd_a') }, fc.string()),
  },
  { requiredKeys: ['vendorId', 'name', 'category', 'basePrice'] },
);
const withMore = fc.oneof(
  { weight: 9, arbitrary: creation },
  fc.tuple(creation, fc.string()).map(([one, x]) => ({ ...one, [`x${x}`]: 1 })),
);

/** What a class finds by itself must be what class-validator finds with its decorators, no more and no less. */
describe.each([
  [UpdateProductBody, fc.oneof(fc.record(fields, { requiredKeys: [] }), fc.record({ basePrice: price }))],
  [CreateProductBody, withMore],
])('%p', (type, bodies: fc.Arbitrary<Body>) => {
  class ByDecorators extends (type as new () => object) {
    static faultsOf = undefined;
  }
  const faultsOf = (body: Body, metatype: new () => object): Promise<unknown> =>
    pipe.transform(body, { type: 'body', metatype }).then(
      () => [],
      ({ fields }: ValidationFailedError) => [...fields].sort((a, b) => (a.field < b.field ? -1 : 1)),
    );

  it('finds by itself exactly what its decorators do', async () => {
    let sound = 0;
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const found = await faultsOf(body, type);
        if ((found as unknown[]).length === 0) sound += 1;
        expect([body, found]).toEqual([body, await faultsOf(body, ByDecorators)]);
      }),
      { numRuns: 3_000 },
    );
    expect(sound).toBeGreaterThan(20);
  });
});
