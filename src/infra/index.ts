export { ByteWriter } from './byte-writer.js';
export { Clock } from './clock/clock.js';
export { correlation } from './correlation/index.js';
export { AppError, fieldErrors, UnavailableError, ValidationFailedError } from './errors/index.js';
export {
  addIdempotency,
  IdempotencyKeyReusedError,
  IdempotencyKeys,
  IdempotencyModule,
  IdempotencyService,
  type KeyOwner,
  keyOwnerOf,
  REPLAYED,
  ReplayBarrier,
  requestHash,
} from './idempotency/index.js';
export { timeOrderedUuid } from './ids.js';
export { oneLine } from './one-line.js';
export { utf8Text } from './utf8.js';
export { InfraModule } from './infra.module.js';
export * as jsonSchema from './json-schema.js';
export { PeriodicJob } from './lifecycle/periodic-job.js';
export { Draining } from './lifecycle/draining.js';
export { inSlices } from './lifecycle/slices.js';
export { JsonLogger } from './logging/json-logger.js';
export { Metrics } from './metrics/metrics.js';
export {
  afterCommit,
  CopiedRows,
  currentTransaction,
  DatabaseModule,
  DatabaseUrl,
  isoTime,
  isLockTimeout,
  isTransient,
  StatementCacheEpoch,
  PipelinedReadPool,
  savepoint,
  SqlClient,
  type Statement,
  textArray,
} from './postgres/index.js';
export {
  ClientAddresses,
  createRateLimits,
  limitKey,
  type LimitRequest,
  limitRequests,
  RateLimits,
} from './rate-limit/index.js';
export { ownerTag, RedisConnections, RedisOwner } from './redis/index.js';
export { addBodyParsers, StreamedCsv } from './http/body-parsers.js';
export { isDatabaseUnavailable } from './http/database-errors.js';
export { addDraining } from './http/drain-hook.js';
export { allowedOrigins, corsOptions } from './http/cors.js';
export { createHttpAdapter, type HttpTimeLimits } from './http/http-server.js';
export { MalformedBodyError } from './http/json-body.js';
export { problemBody, problemParts } from './http/problem.js';
export { ProblemFilter } from './http/problem.filter.js';
export { type FastAnswer, type FastRequest, type FastRoutes, openFastPath } from './http/fast-path.js';
export { addRequestLog, RequestLog } from './http/request-log.js';
export { FairCpuQueue } from './http/fair-cpu-queue.js';
export { TakesQuery } from './http/query-checks.js';
export { routeConfig } from './http/route-config.js';
export { IdPipe, validationPipe } from './validation/validation.pipe.js';
export * from './validation/validators.js';
export { PatchType } from './validation/patch-type.js';
