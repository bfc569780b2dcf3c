import { createHash } from 'node:crypto';

/**
 * How many of a consumer's partitions an instance should own. All instances that see the same instances alive come to
 * shares that add up to the whole; which of them have one more depends on the consumer, so that no instance has it of
 * all consumers.
 *
 * @param alive ids of the instances that run the consumer
 */
export function fairShare(consumer: string, partitions: number, alive: readonly string[], self: string): number {
  const ranked = [...new Set([...alive, self])].sort((one, other) =>
    rank(consumer, one) < rank(consumer, other) ? -1 : 1,
  );
  const more = ranked.indexOf(self) < partitions % ranked.length ? 1 : 0;
  return Math.floor(partitions / ranked.length) + more;
}

const rank = (consumer: string, instance: string): string =>
  createHash('sha256').update(`${consumer} ${instance}`).digest('hex');
