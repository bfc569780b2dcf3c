import type { Cluster } from 'ioredis';
import type { RedisCacheStore } from './redis-cache-store.js';

type Partition = RedisCacheStore<Cluster>;

/** Entries of a partition whose last use is looked at. */
const SAMPLES = 32;

/**
 * Keeps the entries of all partitions within one bound, those used longest ago out first. Between two calls there may
 * be more, by as many as are filled meanwhile.
 */
export async function keepEntryBound(partitions: readonly Partition[], most: number): Promise<void> {
  const usages = await Promise.allSettled(partitions.map((partition) => partition.usage(SAMPLES)));
  const shares = usages.flatMap((usage, index) => {
    if (usage.status === 'rejected') return [];
    const { entries, lastUses } = usage.value;
    // Each sample stands for those between it and the next one.
    return lastUses.map((at) => ({ at, partition: partitions[index]!, entries: entries / lastUses.length }));
  });
  let over = shares.reduce((sum, { entries }) => sum + entries, 0) - most;
  const evictions = new Map<Partition, number>();
  for (const { partition, entries } of shares.sort((one, other) => one.at - other.at)) {
    if (over <= 0) break;
    const some = Math.min(over, entries);
    evictions.set(partition, (evictions.get(partition) ?? 0) + some);
    over -= some;
  }
  await Promise.allSettled([...evictions].map(([partition, count]) => partition.evict(Math.ceil(count))));
}
