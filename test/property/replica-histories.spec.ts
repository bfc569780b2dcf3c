import { describe, expect, it } from '@jest/globals';
import { ALL_RULES, type ReplicaRules, runReplicas } from '../support/replica-model.js';

const SEED = Number(process.env.TEST_SEED ?? 1);
const RUNS = 10_000;

/** G16: what is read from replicas that lag, are promoted, follow others or come back, as a model of servers. */
describe('what is read from a replica', () => {
  const runs = (rules: ReplicaRules): number => {
    let answered = 0;
    for (let seed = SEED; seed < SEED + RUNS; seed += 1) answered += runReplicas(seed, rules);
    return answered;
  };

  it(`never lacks what was acknowledged, in ${RUNS} runs from seed ${SEED} on`, () => {
    expect(runs(ALL_RULES)).toBeGreaterThan(RUNS / 4);
  });

  it.each(Object.keys(ALL_RULES) as (keyof ReplicaRules)[])('would without the rule %s, and that is found', (rule) => {
    expect(() => runs({ ...ALL_RULES, [rule]: false })).toThrow(/^seed \d+: read \d+ lacks /);
  });
});
