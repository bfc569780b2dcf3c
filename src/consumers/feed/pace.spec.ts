import { describe, expect, it } from '@jest/globals';
import { Pace } from './pace.js';

describe('Pace', () => {
  it('is what a number has risen by a second, measured over a while', () => {
    const pace = new Pace(1_000);
    expect(pace.perSecond(500, 10_000)).toBe(0);
    // Too near to tell.
    expect(pace.perSecond(700, 10_999)).toBe(0);
    expect(pace.perSecond(900, 12_000)).toBe(200);
    expect(pace.perSecond(5_000, 12_500)).toBe(200);
    expect(pace.perSecond(900, 13_000)).toBe(0);
  });
});
