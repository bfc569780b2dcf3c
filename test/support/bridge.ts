import { EventEmitter2 } from '@nestjs/event-emitter';
import type { InventoryEvent } from '../../src/contracts/index.js';
import type { EventBus } from '../../src/events/bus/event-bus.js';
import { EventBridge } from '../../src/events/delivery/event-bridge.js';
import { DeliveryCounts } from '../../src/events/delivery/delivery-counts.js';
import { EventListeners } from '../../src/events/delivery/event-listeners.js';
import { INVENTORY_EVENT } from '../../src/events/event-reaction.js';
import { EventsMetrics } from '../../src/events/events.metrics.js';
import { LeaderWord } from '../../src/events/invalidation/leader-word.js';
import { LogHistory } from '../../src/events/log/log-history.js';
import type { EventLog } from '../../src/events/log/event-log.js';
import type { SqlClient } from '../../src/database/index.js';
import { Clock, Metrics } from '../../src/infra/index.js';

/** A clock that stands still until it is set. */
export class StoppedClock extends Clock {
  /** Milliseconds by which the machine is set ahead. */
  ahead = 0;

  constructor(public time = Date.now()) {
    super();
  }

  override now(): number {
    return this.time + this.ahead;
  }

  override monotonic(): number {
    return this.time;
  }
}

export interface TestBridge {
  bridge: EventBridge;
  history: LogHistory;
  /** What this process was given, in the order of delivery. */
  delivered: InventoryEvent[];
  /** Begins and ends to fill `delivered`, which is all that listens; begun at the start. */
  listen(): void;
  ignore(): void;
  /** How many events count as delivered, and how many the metric of how long it took has. */
  observed(): Promise<[counted: number, timed: number]>;
  /** How many times the log had to help. */
  repairs(): Promise<number>;
  stop(): void;
}

/**
 * A started bridge; `listeners` are of `emitter`. With the clock standing still, as by default, the bus never counts as
 * silent: nothing is read from the log but for a reason the test gives.
 */
export async function startBridge(
  bus: EventBus,
  log: EventLog,
  clock: Clock = new StoppedClock(),
  emitter = new EventEmitter2(),
  listeners = new EventListeners(emitter),
): Promise<TestBridge> {
  const delivered: InventoryEvent[] = [];
  const take = (event: InventoryEvent): number => delivered.push(event);
  const listen = (): void => void emitter.on(INVENTORY_EVENT, take);
  listen();
  const metrics = new Metrics();
  const eventsMetrics = new EventsMetrics(metrics, log);
  const counts = new DeliveryCounts();
  const { sql } = log as unknown as { sql: SqlClient };
  const word = new LeaderWord(clock);
  const history = new LogHistory(log, sql, metrics, clock);
  const bridge = new EventBridge(bus, log, listeners, counts, eventsMetrics, metrics, clock, history, word);
  history.onNewEpoch((began) => bridge.onNewEpoch(began));
  await bridge.onApplicationBootstrap();
  return {
    bridge,
    history,
    delivered,
    listen,
    ignore: () => void emitter.off(INVENTORY_EVENT, take),
    async observed() {
      const { values } = await eventsMetrics.delivery.get();
      return [counts.read().total, values.find(({ metricName }) => metricName?.endsWith('_count'))?.value ?? 0];
    },
    repairs: async () => (await eventsMetrics.repairs.get()).values[0]?.value ?? 0,
    stop() {
      bridge.onModuleDestroy();
      metrics.registry.clear();
    },
  };
}
