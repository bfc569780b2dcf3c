import { setImmediate as turn } from 'node:timers/promises';
import type { InventoryClient } from '../../src/client/index.js';

/** A `fetch` whose answers can be kept back. */
export class Gate {
  requests = 0;
  answered = 0;
  aborted = 0;
  /** Requests that were under way at once, at most. */
  most = 0;
  private underWay = 0;
  private waiting: Promise<void> = Promise.resolve();
  open: () => void = () => undefined;

  readonly fetch: typeof fetch = async (target, init) => {
    this.requests += 1;
    this.underWay += 1;
    this.most = Math.max(this.most, this.underWay);
    const aborted = (): void => void (this.aborted += 1);
    init?.signal?.addEventListener('abort', aborted);
    const response = await fetch(target, init);
    this.answered += 1;
    await this.waiting;
    init?.signal?.removeEventListener('abort', aborted);
    this.underWay -= 1;
    return response;
  };

  shut(): void {
    this.waiting = new Promise((resolve) => (this.open = resolve));
  }
}

/** Keeps what the rooms of a client are sent back, in order. */
export class HeldEvents {
  holding = false;
  private readonly queue: (() => void)[] = [];

  constructor(client: InventoryClient) {
    const subscribe = client.subscribe.bind(client);
    client.subscribe = (room, handler, options) => {
      if (typeof handler === 'function') return subscribe(room, handler, options);
      const late =
        <Values extends unknown[]>(call: (...values: Values) => void) =>
        (...values: Values): void => {
          if (this.holding || this.waiting > 0) this.queue.push(() => call(...values));
          else call(...values);
        };
      return subscribe(
        room,
        {
          onEvent: late((event) => handler.onEvent(event)),
          onGap: late((gap) => handler.onGap?.(gap)),
          onStatus: late((status) => handler.onStatus?.(status)),
        },
        options,
      );
    };
  }

  get waiting(): number {
    return this.queue.length;
  }

  /** Some at a time, so that answers can come between them. */
  async deliver(count: number): Promise<void> {
    for (let left = count; left > 0; left -= 1) {
      this.queue.shift()?.();
      await turn();
    }
  }
}
