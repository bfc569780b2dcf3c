import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmbeddedSystem, ensureBuilt, underLoad } from '../support/cluster/index.js';

describe('the embedded product under load', () => {
  let system: EmbeddedSystem;

  beforeAll(async () => {
    await ensureBuilt();
    system = await EmbeddedSystem.start();
  }, 60_000);
  afterAll(() => system.dispose(), 60_000);

  it('is killed and started again: it has all that it acknowledged, and its clients miss nothing', async () => {
    const { violations } = await underLoad(system, {}, async (load) => {
      for (let round = 0; round < 2; round += 1) {
        await system.instance.kill();
        await system.instance.start();
        await load.progress();
      }
    });
    expect(violations).toEqual([]);
  });
});
