import { type BusMessage, EventBus } from './event-bus.js';
import { Receivers } from './receivers.js';

/** The bus of the embedded engine, where one process is all there is. */
export class InProcessEventBus extends EventBus {
  readonly connected = true;
  private readonly receivers = new Receivers();

  publish(message: BusMessage): Promise<void> {
    this.receivers.deliver(message);
    return Promise.resolve();
  }

  subscribe(receive: (message: BusMessage) => void): () => void {
    return this.receivers.add(receive);
  }
}
