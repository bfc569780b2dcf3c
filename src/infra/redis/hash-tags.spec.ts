import { describe, expect, it } from '@jest/globals';
import { balancedTags, slotOf } from './hash-tags.js';

describe('hash tags', () => {
  it('have the slots that Redis gives them', () => {
    // From the specification of Redis Cluster, and from CLUSTER KEYSLOT.
    expect(slotOf('123456789')).toBe(0x31c3);
    expect([slotOf('foo'), slotOf('user1000')]).toEqual([12182, 3443]);
  });

  it.each([1, 2, 3, 5, 7, 16, 64])('are spread over %d masters evenly, for any owner', (masters) => {
    for (const owner of ['search:1f0c93ab:3', 'search:00000000:3', 'x']) {
      const tags = balancedTags(owner, 64);
      expect(new Set(tags).size).toBe(64);
      const counts = new Array<number>(masters).fill(0);
      for (const tag of tags) counts[Math.floor((slotOf(tag) * masters) / 16_384)]! += 1;
      expect(Math.max(...counts)).toBeLessThanOrEqual(Math.ceil(64 / masters) + 1);
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(Math.floor(64 / masters) - 1);
    }
  });
});
