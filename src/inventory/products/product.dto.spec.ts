import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { validationPipe } from '../../validation/index.js';
import { BulkAvailabilityBody, UpdateProductBody } from './product.dto.js';

type Body = Record<string, unknown>;

const pipe = validationPipe();
const price = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.integer({ min: 0, max: 10 ** 7 }).map((paise) => paise / 100),
  fc.string(),
);
const availability = fc.oneof(fc.constantFrom('available', 'limited', 'out_of_stock'), fc.string(), fc.constant(null));
const id = fc.oneof(fc.stringMatching(/^[A-Za-z0-9_.:-]{1,70}$/), fc.string(), fc.integer(), fc.constant(undefined));
const update = fc.oneof(
  { weight: 9, arbitrary: fc.record({ productId: id, availability }) },
  fc.record({ productId: id, availability, other: fc.anything() }, { requiredKeys: [] }),
  fc.anything(),
);

/** What is waved through must be what a close look lets through, unchanged. */
describe.each([
  [
    UpdateProductBody,
    fc.oneof(
      fc.record({ basePrice: price }),
      fc.record({ availability }),
      fc.record({ basePrice: price, availability, name: fc.string(), x: fc.anything() }, { requiredKeys: [] }),
    ),
  ],
  [
    BulkAvailabilityBody,
    fc.oneof(
      fc.record({ updates: fc.array(update, { maxLength: 3 }) }),
      fc.record({ updates: fc.anything(), x: fc.anything() }, { requiredKeys: ['updates'] }),
    ),
  ],
])('%p', (type, bodies: fc.Arbitrary<Body>) => {
  class CloseLook extends (type as new () => object) {
    static isPlainlyValid = () => false;
  }

  it('knows at a glance only what its validators accept', async () => {
    let waved = 0;
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        if (!type.isPlainlyValid(body)) return;
        waved += 1;
        expect({ ...((await pipe.transform(body, { type: 'body', metatype: CloseLook })) as object) }).toEqual(body);
      }),
      { numRuns: 3_000 },
    );
    expect(waved).toBeGreaterThan(20);
  });
});
