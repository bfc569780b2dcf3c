import { describe, expect, it } from '@jest/globals';
import type { BatchExecutor } from './batch-executor.js';
import type { ProductCommand, WriteOutcome } from './product-command.js';
import type { LockedProducts } from './locked-products.js';
import { ProductWriter } from './product-writer.js';

const writes = (count: number): ProductCommand[] =>
  Array.from({ length: count }, (_none, index) => ({ kind: 'delete', id: `prd_${index}` }));

/** A database that doesn't answer until the test lets it. */
function stuckExecutor() {
  const release: (() => void)[] = [];
  const execute = (batch: readonly unknown[]): Promise<WriteOutcome[]> =>
    new Promise((resolve) => release.push(() => resolve(batch.map(() => ({ status: 'unchanged' }) as WriteOutcome))));
  return { executor: { execute } as unknown as BatchExecutor, release };
}

describe('ProductWriter', () => {
  it('refuses writes at once when too many wait, and takes them again later', async () => {
    const { executor, release } = stuckExecutor();
    const writer = new ProductWriter(executor, {} as LockedProducts);
    const accepted = [];
    // Checked before: of several calls on a busy machine, a later one may be ready first.
    const checked = await writer.check(writes(1_000));
    for (let thousand = 0; thousand < 20; thousand += 1) accepted.push(writer.writeChecked(checked));
    await expect(writer.write(writes(5_000))).rejects.toMatchObject({ code: 'unavailable', status: 503 });

    const draining = Promise.all(accepted);
    let done = false;
    void draining.then(() => (done = true));
    while (!done) {
      release.splice(0).forEach((one) => one());
      await new Promise(setImmediate);
    }
    const later = writer.write(writes(1));
    await new Promise(setImmediate);
    release.splice(0).forEach((one) => one());
    await expect(later).resolves.toHaveLength(1);
  });
});
