import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { textArray } from './text-array.js';

/** The driver's; its types lack it. */
const DRIVER: string = 'pg/lib/utils.js';
const driver = (await import(DRIVER)) as { prepareValue(value: unknown): unknown };

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '"', '\\', '\\"', 'NULL', 'null', '{a,b}'));

describe('array literals of texts', () => {
  it('are what the driver makes of an array', () => {
    const runs = fc.array(fc.tuple(fc.option(text), fc.integer({ min: 1, max: 3 })));
    fc.assert(
      fc.property(runs, (given) => {
        const values = given.flatMap(([value, times]) => Array<string | null>(times).fill(value));
        expect(textArray(values)).toBe(driver.prepareValue(values));
      }),
    );
  });
});
