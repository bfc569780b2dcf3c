export { ConsumersModule } from './consumers.module.js';
export { ConsumerStates } from './store/consumer-states.js';
export { ProjectionPositions } from './projections/projection-positions.js';
export {
  Projection,
  type ProjectionContext,
  type ProjectionHandler,
  type ProjectionOptions,
  type Recomputation,
} from './projections/projection.js';
export {
  type ConsumerContext,
  type ConsumerSql,
  EventConsumer,
  type EventConsumerHandler,
  type EventConsumerOptions,
} from './runner/event-consumer.js';
