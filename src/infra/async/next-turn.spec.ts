import { describe, expect, it } from '@jest/globals';
import { NextTurn } from './next-turn.js';

describe('NextTurn', () => {
  it('does the work once for all who ask before it begins', async () => {
    let begun = 0;
    const turn = new NextTurn(() => Promise.resolve((begun += 1)));
    expect(await Promise.all([turn.ask(), turn.ask(), turn.ask()])).toEqual([1, 1, 1]);
  });

  it('never gives an answer to a question that came after the work had begun', async () => {
    const answers: ((answer: string) => void)[] = [];
    const turn = new NextTurn(() => new Promise<string>((resolve) => answers.push(resolve)));
    const early = turn.ask();
    while (answers.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const late = turn.ask();
    while (answers.length === 1) await new Promise((resolve) => setImmediate(resolve));
    answers[1]!('new');
    answers[0]!('old');
    expect(await Promise.all([early, late])).toEqual(['old', 'new']);
  });

  it('goes on after a failure', async () => {
    let fails = true;
    const turn = new NextTurn(() => (fails ? Promise.reject(new Error('away')) : Promise.resolve('back')));
    await expect(turn.ask()).rejects.toThrow('away');
    fails = false;
    expect(await turn.ask()).toBe('back');
  });
});
