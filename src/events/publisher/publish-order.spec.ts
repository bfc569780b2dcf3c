import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PublishOrder } from './publish-order.js';

/** Lets everything happen that only waits for promises. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('PublishOrder', () => {
  it('lets each publish when all lower positions are over, whatever the order of answers and ends', async () => {
    const steps = fc.array(
      fc.record({ count: fc.integer({ min: 0, max: 3 }), pick: fc.nat(), failing: fc.boolean() }),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(steps, fc.array(fc.nat(), { minLength: 12, maxLength: 12 }), async (statements, picks) => {
        const order = new PublishOrder();
        const published: number[] = [];
        // Sent in this order; positions are given, and answers come, in another.
        const sent = statements.map((statement) => ({ ...statement, ticket: order.enter() }));
        let position = 0;
        const running: Promise<void>[] = [];
        for (const { pick } of statements) {
          const [statement] = sent.splice(pick % sent.length, 1);
          const { count, failing, ticket } = statement!;
          if (count === 0) {
            ticket.end();
            continue;
          }
          const after = position;
          position += count;
          ticket.numbered(after, position);
          running.push(
            (async () => {
              for (let wait = picks[running.length % picks.length]! % 3; wait > 0; wait -= 1) await settled();
              await ticket.whenNext();
              if (!failing) published.push(after);
              ticket.end();
            })(),
          );
          if (picks[running.length % picks.length]! % 2) await settled();
        }
        await Promise.all(running);
        expect(published).toEqual([...published].sort((one, other) => one - other));
        await order.whenOver(() => Promise.resolve());
      }),
      { numRuns: 500 },
    );
  });

  it('does not wait for an answer that can only be about higher positions', async () => {
    const order = new PublishOrder();
    const [first, second, third] = [order.enter(), order.enter(), order.enter()];
    second.numbered(0, 2);
    first.numbered(2, 5);
    let came = false;
    const turn = first.whenNext().then(() => (came = true));
    await settled();
    expect(came).toBe(false);
    const comes = second.whenNext();
    await settled();
    third.end();
    await comes;
    second.end();
    const fourth = order.enter();
    await turn;
    first.end();
    // The fourth has no answer yet, and what follows the first one needn't wait for it.
    const fifth = order.enter();
    fifth.numbered(5, 6);
    await fifth.whenNext();
    fifth.end();
    fourth.end();
  });

  it('goes on when positions are missing, once all answers are there', async () => {
    const order = new PublishOrder();
    const [lost, next] = [order.enter(), order.enter()];
    next.numbered(100, 101);
    let came = false;
    const turn = next.whenNext().then(() => (came = true));
    await settled();
    expect(came).toBe(false);
    lost.end();
    await turn;
  });
});
