export {
  AsyncSignal,
  type Deferred,
  deferred,
  FairSlots,
  endsWithin,
  NextTurn,
  pollUntil,
  retryDelay,
  SingleFlight,
} from './async/index.js';
export { ByteWriter } from './byte-writer.js';
export { Clock } from './clock/clock.js';
export { dayAfter, daysBetween, MarketCalendar } from './clock/market-calendar.js';
export { acceptedEncoding, compress, type Encoding, MIN_COMPRESSED, weakTag } from './compression/index.js';
export { correlation } from './correlation/index.js';
export { AppError, UnavailableError, ValidationFailedError } from './errors/index.js';
export { fnv1a } from './fnv1a.js';
export { groupBy } from './group-by.js';
export { timeOrderedUuid } from './ids.js';
export { oneLine } from './one-line.js';
export { SegmentedCache } from './segmented-cache.js';
export { utf8Text } from './utf8.js';
export { InfraModule } from './infra.module.js';
export * as jsonSchema from './json-schema.js';
export { declareMatchedRoute, isApiRoute, matchedRoute, routeOf } from './matched-route.js';
export { PeriodicJob } from './lifecycle/periodic-job.js';
export { Draining } from './lifecycle/draining.js';
export { inSlices, TimeSlice } from './lifecycle/slices.js';
export { JsonLogger } from './logging/json-logger.js';
export { type Durations, type DurationTally } from './metrics/durations.js';
export { Metrics } from './metrics/metrics.js';
export { isTraceParent } from './tracing/trace-context.js';
export { Tracing } from './tracing/tracing.js';
export { balancedTags, ownerTag, RedisConnections, RedisOwner } from './redis/index.js';
