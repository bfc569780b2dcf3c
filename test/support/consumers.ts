import type { InventoryEvent } from '../../src/contracts/index.js';
import {
  type ConsumerContext,
  ConsumersModule,
  EventConsumer,
  type EventConsumerHandler,
  type EventConsumerOptions,
  Projection,
  type ProjectionHandler,
  type ProjectionOptions,
} from '../../src/consumers/index.js';

type Handler = Partial<EventConsumerHandler> & {
  handle: (event: InventoryEvent, context: ConsumerContext) => Promise<void> | void;
};

/**
 * Has the instances that `start` makes run these consumers as well, each as a provider of its own, as a library user
 * would add it.
 */
export async function withConsumers<Started>(
  consumers: readonly (EventConsumerOptions & Handler)[],
  start: () => Promise<Started>,
): Promise<Started> {
  const providers = Reflect.getMetadata('providers', ConsumersModule) as unknown[];
  const more = consumers.map(({ handle, handleBatch, ...options }) => {
    class Consumer implements EventConsumerHandler {
      handle = handle;
      declare handleBatch?: NonNullable<EventConsumerHandler['handleBatch']>;
      constructor() {
        if (handleBatch) this.handleBatch = handleBatch;
      }
    }
    EventConsumer(options)(Consumer);
    return Consumer;
  });
  Reflect.defineMetadata('providers', [...providers, ...more], ConsumersModule);
  try {
    return await start();
  } finally {
    Reflect.defineMetadata('providers', providers, ConsumersModule);
  }
}

/** The same for projections. */
export async function withProjections<Started>(
  projections: readonly (ProjectionOptions & ProjectionHandler)[],
  start: () => Promise<Started>,
): Promise<Started> {
  const providers = Reflect.getMetadata('providers', ConsumersModule) as unknown[];
  const more = projections.map(({ apply, basis, ...options }) => {
    class OneMore implements ProjectionHandler {
      apply = apply;
      declare basis?: NonNullable<ProjectionHandler['basis']>;
      constructor() {
        if (basis) this.basis = basis;
      }
    }
    Projection(options)(OneMore);
    return OneMore;
  });
  Reflect.defineMetadata('providers', [...providers, ...more], ConsumersModule);
  try {
    return await start();
  } finally {
    Reflect.defineMetadata('providers', providers, ConsumersModule);
  }
}
