import { beforeEach, describe, expect, it } from '@jest/globals';
import { contiguous } from '../../../test/support/events.js';
import { DeafGroups, type Remedy } from './deaf-groups.js';

const GROUPS = contiguous(0, 60);
/** Those of one of three masters. */
const OF_ONE = GROUPS.filter((group) => group % 3 === 0);
const OF_OTHERS = GROUPS.filter((group) => group % 3 !== 0);

describe('groups of channels that bring no contents', () => {
  let groups: DeafGroups;

  beforeEach(() => {
    groups = new DeafGroups();
  });

  /** What each of so many seconds calls for, in all of which contents of some groups are missed, and of others come. */
  const seconds = (count: number, missed: readonly number[], heard: readonly number[] = []): Remedy[] =>
    contiguous(0, count).map(() => {
      for (const group of missed) groups.missed(group);
      for (const group of heard) groups.heard(group);
      return groups.review(true);
    });
  /** In which seconds, from 1 on, all is connected anew. */
  const reconnections = (remedies: readonly Remedy[]): number[] =>
    remedies.flatMap(({ reconnect }, index) => (reconnect ? [index + 1] : []));

  it('are subscribed to anew after two seconds in a row, and ever more seldom', () => {
    const renewals = seconds(40, [7], [1, 2]).flatMap(({ renew }, index) => (renew.includes(7) ? [index + 1] : []));
    expect(renewals).toEqual([2, 4, 8, 16, 32]);
    expect(seconds(1, [], [7, 1])[0]!.renew).toEqual([]);
    expect(seconds(2, [7], [1, 2]).map(({ renew }) => renew)).toEqual([[], [7]]);
  });

  it('cost the others nothing while a master is away', () => {
    expect(reconnections(seconds(1_000, OF_ONE, OF_OTHERS))).toEqual([]);
  });

  it('are connected anew if they are most, with pauses that double up to five minutes', () => {
    const remedies = seconds(1_500, GROUPS);
    expect(reconnections(remedies)).toEqual([6, 18, 42, 90, 186, 378, 678, 978, 1_278]);
    expect(remedies.filter(({ first }) => first)).toHaveLength(1);
    expect(reconnections(seconds(300, OF_OTHERS, OF_ONE))).toHaveLength(1);
  });

  it('are soon connected anew again once contents have come', () => {
    seconds(700, GROUPS);
    seconds(300, [], GROUPS);
    const remedies = seconds(20, GROUPS);
    expect(reconnections(remedies)).toEqual([6, 18]);
    expect(remedies[5]!.first).toBe(true);
  });

  it('say nothing while there is no connection', () => {
    seconds(5, GROUPS);
    for (const group of GROUPS) groups.missed(group);
    expect(groups.review(false)).toEqual({ renew: [], reconnect: false, first: false });
    expect(reconnections(seconds(7, GROUPS))).toEqual([6]);
  });
});
