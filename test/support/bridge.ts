import { EventEmitter2 } from '@nestjs/event-emitter';
import type { InventoryEvent } from '../../src/contracts/index.js';
import type { EventBus } from '../../src/events/bus/event-bus.js';
import { EventBridge } from '../../src/events/delivery/event-bridge.js';
import { INVENTORY_EVENT } from '../../src/events/delivery/inventory-event-emitted.js';
import { EventsMetrics } from '../../src/events/events.metrics.js';
import type { EventLog } from '../../src/events/log/event-log.js';
import { Clock, Metrics } from '../../src/infra/index.js';

/** A clock that stands still until it is set. */
export class StoppedClock extends Clock {
  constructor(public time = Date.now()) {
    super();
  }

  override now(): number {
    return this.time;
  }
}

export interface TestBridge {
  bridge: EventBridge;
  /** What this process was given, in the order of delivery. */
  delivered: InventoryEvent[];
  /** How many times the log had to help. */
  repairs(): Promise<number>;
  stop(): void;
}

/**
 * A started bridge. With the clock standing still, as by default, the bus never counts as silent: nothing is read from
 * the log but for a reason the test gives.
 */
export async function startBridge(
  bus: EventBus,
  log: EventLog,
  clock: Clock = new StoppedClock(),
): Promise<TestBridge> {
  const emitter = new EventEmitter2();
  const delivered: InventoryEvent[] = [];
  emitter.on(INVENTORY_EVENT, (event: InventoryEvent) => delivered.push(event));
  const metrics = new Metrics();
  const eventsMetrics = new EventsMetrics(metrics, log);
  const bridge = new EventBridge(bus, log, emitter, eventsMetrics, metrics, clock);
  await bridge.onApplicationBootstrap();
  return {
    bridge,
    delivered,
    repairs: async () => (await eventsMetrics.repairs.get()).values[0]?.value ?? 0,
    stop() {
      bridge.onModuleDestroy();
      metrics.registry.clear();
    },
  };
}
