import { Injectable, Logger } from '@nestjs/common';
import { EventBus } from '../bus/event-bus.js';
import { Relay } from './relay.js';

/** Ids that one message carries at most; an event that isn't named is merely invalidated twice. */
const MAX_IDS = 5_000;

/**
 * Writers call `committed` after every commit that appended events. Wakes the relay in this process directly, or the
 * leader's over the bus; commits that arrive while a message is under way share the next one.
 */
@Injectable()
export class RelayWakeup {
  private readonly logger = new Logger(RelayWakeup.name);
  private sending = false;
  private again = false;
  private invalidated: string[] = [];

  constructor(
    private readonly relay: Relay,
    private readonly bus: EventBus,
  ) {}

  /**
   * @param invalidated ids of events whose caches have been invalidated already
   * @param kept whether all of them are among `PendingEvents`, so that it can be told when they have positions
   */
  committed(invalidated: readonly string[] = [], kept = false): void {
    if (this.relay.leading) {
      this.relay.wake(kept);
      return;
    }
    if (this.invalidated.length + invalidated.length <= MAX_IDS) this.invalidated.push(...invalidated);
    void this.send();
  }

  private async send(): Promise<void> {
    this.again = true;
    if (this.sending) return;
    this.sending = true;
    while (this.again) {
      this.again = false;
      try {
        await this.bus.publish({ kind: 'wake', invalidated: this.invalidated.splice(0) });
      } catch (error) {
        // The leader polls as well; a lost wake costs time, not events.
        this.logger.debug(error);
      }
    }
    this.sending = false;
  }
}
