import type { SubscriptionConfirmed } from '../contracts/index.js';
import { closed } from './errors.js';
import type { Gap, InventoryEvent, RoomHandler, Subscription } from './types.js';

/** One handler of a room. */
export class RoomListener implements Subscription {
  readonly ready: Promise<SubscriptionConfirmed>;
  private confirm!: (confirmed: SubscriptionConfirmed) => void;
  private refuse!: (error: Error) => void;
  private active = true;

  constructor(
    private readonly handler: RoomHandler,
    private readonly leave: (member: RoomListener) => void,
    private readonly report: (error: unknown) => void,
  ) {
    this.ready = new Promise((resolve, reject) => {
      this.confirm = resolve;
      this.refuse = reject;
    });
    this.ready.catch(() => undefined); // callers need not wait for it
  }

  unsubscribe(): void {
    if (!this.active) return;
    this.end(closed('The subscription'));
    this.leave(this);
  }

  /** Lets the handler alone for good. */
  end(error: Error): void {
    this.active = false;
    this.refuse(error);
  }

  confirmed(confirmed: SubscriptionConfirmed): void {
    this.confirm(confirmed);
    this.status('live');
  }

  event(event: InventoryEvent): void {
    this.call(() => this.handler.onEvent(event));
  }

  gap(gap: Gap): void {
    this.call(() => this.handler.onGap?.(gap));
  }

  status(status: 'live' | 'waiting'): void {
    this.call(() => this.handler.onStatus?.(status));
  }

  /** A handler that throws must not cost the others their events. */
  private call(handler: () => void): void {
    if (!this.active) return;
    try {
      handler();
    } catch (error) {
      this.report(error);
    }
  }
}
