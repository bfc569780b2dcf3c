import type { SubscriptionConfirmed } from '../protocol/messages.js';
import type { SubscribeRequest } from '../protocol/room-request.js';
import type { ClientSession } from '../sessions/client-session.js';

/**
 * Milliseconds to wait for the other rooms of a client that comes back. It sends one packet a room, and a busy machine
 * may hand us the first before the rest; answered apart, the older events of the second room would come after the
 * newer ones of the first.
 */
const GATHER = 5;

/** A request to be let into a room. */
export interface Waiting {
  request: SubscribeRequest;
  resolve: (confirmed: SubscriptionConfirmed) => void;
  reject: (error: unknown) => void;
}

type Step = Waiting | { leave: () => void };

/**
 * Requests of one client take effect in the order they came in, never two at a time; those to join that come in one
 * breath are answered together.
 */
export class RequestQueue {
  private readonly steps = new WeakMap<ClientSession, Step[]>();

  /** @param answer settles every request it is given, and doesn't reject */
  constructor(private readonly answer: (session: ClientSession, batch: readonly Waiting[]) => Promise<void>) {}

  join(session: ClientSession, request: SubscribeRequest): Promise<SubscriptionConfirmed> {
    return new Promise((resolve, reject) => this.add(session, { request, resolve, reject }));
  }

  /** Calls `leave` once everything asked for before is done; in this tick if there is nothing. */
  leave(session: ClientSession, leave: () => void): Promise<void> {
    return new Promise((resolve) => {
      const step = (): void => {
        leave();
        resolve();
      };
      if (this.steps.has(session)) this.add(session, { leave: step });
      else step();
    });
  }

  private add(session: ClientSession, step: Step): void {
    const steps = this.steps.get(session);
    if (steps) {
      steps.push(step);
      return;
    }
    this.steps.set(session, [step]);
    const work = (): void => void this.work(session);
    if ('request' in step && step.request.since) setTimeout(work, GATHER);
    else setImmediate(work);
  }

  private async work(session: ClientSession): Promise<void> {
    const steps = this.steps.get(session)!;
    while (steps.length > 0) {
      const batch: Waiting[] = [];
      while (steps[0] && 'request' in steps[0]) batch.push(steps.shift() as Waiting);
      if (batch.length > 0) await this.answer(session, batch);
      while (steps[0] && 'leave' in steps[0]) (steps.shift() as { leave: () => void }).leave();
    }
    this.steps.delete(session);
  }
}
