import { describe, expect, it } from '@jest/globals';
import { ALL_RULES, type Rules } from '../support/cache-model/rules.js';
import { type Outcome, runModel } from '../support/cache-model/run.js';

const SEED = Number(process.env.TEST_SEED ?? 1);
const RUNS = 3_000;
/** Interleavings within which the absence of a rule must be found; the rarest takes some 3,000. */
const MOST_RUNS = 40_000;

/** G1 and G16 over partitions that fail over and replicas that lag, as a model: each rule of the protocol is needed. */
describe('the protocol of a cache in partitions', () => {
  const runs = (rules: Rules, count: number): Outcome => {
    const sum: Outcome = { hits: 0, copies: 0, misses: 0, bypasses: 0, fromReplicas: 0 };
    for (let seed = SEED; seed < SEED + count; seed += 1) {
      const outcome = runModel(seed, rules);
      for (const key of Object.keys(sum) as (keyof Outcome)[]) sum[key] += outcome[key];
    }
    return sum;
  };

  it(`serves no page older than an acknowledgement in ${RUNS} interleavings from seed ${SEED} on`, () => {
    const { hits, copies, misses, bypasses, fromReplicas } = runs(ALL_RULES, RUNS);
    expect(Math.min(hits, copies, misses, bypasses, fromReplicas)).toBeGreaterThan(RUNS / 20);
  });

  it.each(Object.keys(ALL_RULES) as (keyof Rules)[])('would without the rule %s, and that is found', (rule) => {
    expect(() => runs({ ...ALL_RULES, [rule]: false }, MOST_RUNS)).toThrow(/^seed \d+: a page of \S+ lacks /);
  });
});
