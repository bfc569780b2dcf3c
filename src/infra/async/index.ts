export { type Deferred, deferred } from './deferred.js';
export { pollUntil } from './poll-until.js';
export { SingleFlight } from './single-flight.js';
export { endsWithin } from './time-limit.js';
