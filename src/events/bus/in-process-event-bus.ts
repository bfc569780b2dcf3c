import { EventEmitter } from 'node:events';
import { type BusMessage, EventBus } from './event-bus.js';

/** The bus of the embedded engine, where one process is all there is. */
export class InProcessEventBus extends EventBus {
  readonly connected = true;
  private readonly emitter = new EventEmitter();

  publish(message: BusMessage): Promise<void> {
    this.emitter.emit('message', message);
    return Promise.resolve();
  }

  subscribe(receive: (message: BusMessage) => void): () => void {
    this.emitter.on('message', receive);
    return () => this.emitter.off('message', receive);
  }
}
