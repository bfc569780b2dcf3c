import { describe, expect, it } from '@jest/globals';
import { fairShare } from './fair-share.js';

describe('fairShare', () => {
  const shares = (consumer: string, partitions: number, instances: readonly string[]): number[] =>
    instances.map((self) => fairShare(consumer, partitions, instances, self));

  it.each([1, 2, 3, 4, 5, 9])('adds up to all partitions, and differs by one at most: %i instances', (count) => {
    const instances = Array.from({ length: count }, (_, index) => `instance-${index}`);
    for (const consumer of ['a', 'b', 'c']) {
      const each = shares(consumer, 4, instances);
      expect(each.reduce((sum, share) => sum + share, 0)).toBe(4);
      expect(Math.max(...each) - Math.min(...each)).toBeLessThanOrEqual(1);
    }
  });

  it('gives one more to different instances for different consumers', () => {
    const instances = ['one', 'two', 'three'];
    const first = Array.from({ length: 30 }, (_, index) => shares(`consumer-${index}`, 4, instances).indexOf(2));
    expect(new Set(first).size).toBe(3);
  });

  it('counts the instance itself, whether or not it is known to be alive', () => {
    expect(fairShare('a', 4, [], 'self')).toBe(4);
    expect(fairShare('a', 4, ['self'], 'self')).toBe(4);
  });
});
