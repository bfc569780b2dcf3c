import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { StoppedClock } from '../../../test/support/bridge.js';
import { LeaderWord } from './leader-word.js';

describe('LeaderWord', () => {
  it.each([-3_600_000, 3_600_000])('is waited for when the machine is set by %i ms', async (by) => {
    const clock = new StoppedClock();
    const word = new LeaderWord(clock);
    word.follow(() => true);
    word.heardBus();
    let isGiven = false;
    const given = word.given(8, 1_000).then(() => (isGiven = true));
    clock.ahead += by;
    await sleep(50);
    expect(isGiven).toBe(false);
    word.heard(8);
    await given;
  });

  it('is not waited for once the leader has been silent for ten seconds, though the bus is alive', async () => {
    const clock = new StoppedClock();
    const word = new LeaderWord(clock);
    word.follow(() => true);
    word.heard(7);
    const pass = (milliseconds: number): void => {
      clock.time += milliseconds;
      word.heardBus();
    };
    pass(9_800);
    let isGiven = false;
    const given = word.given(8, 5_000).then(() => (isGiven = true));
    pass(199);
    await sleep(50);
    expect(isGiven).toBe(false);
    pass(200);
    await given;
  });
});
