import { afterEach, beforeEach, expect } from '@jest/globals';
import type { TestApp } from './app.js';
import { storedDigest } from './reading.js';

/** Has every test of the block checked to have written nothing; `app` is asked for when the tests run. */
export function expectNothingWritten(app: () => TestApp): void {
  let before: string;
  beforeEach(async () => {
    before = await storedDigest(app());
  });
  afterEach(async () => {
    expect(await storedDigest(app())).toBe(before);
  });
}
