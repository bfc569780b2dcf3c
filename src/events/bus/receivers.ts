import { Logger } from '@nestjs/common';
import type { BusMessage } from './event-bus.js';

type Receive = (message: BusMessage) => void;

/** A bus's subscriptions in this process. One that fails harms neither the others nor the transport. */
export class Receivers {
  private readonly logger = new Logger('EventBus');
  /** Keyed by subscription, so that the same function can subscribe twice and each ends for itself. */
  private readonly byKey = new Map<symbol, Receive>();

  add(receive: Receive): () => void {
    const key = Symbol();
    this.byKey.set(key, receive);
    return () => void this.byKey.delete(key);
  }

  deliver(message: BusMessage): void {
    for (const receive of this.byKey.values()) {
      try {
        receive(message);
      } catch (error) {
        this.logger.error(error);
      }
    }
  }
}
