import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { StoppedClock } from '../../../test/support/bridge.js';
import { LeaderWord } from './leader-word.js';

it.each([-3_600_000, 3_600_000])('LeaderWord is waited for when the machine is set by %i ms', async (by) => {
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
