export { AsyncSignal } from './async-signal.js';
export { type Deferred, deferred } from './deferred.js';
export { FairSlots } from './fair-slots.js';
export { NextTurn } from './next-turn.js';
export { pollUntil } from './poll-until.js';
export { retryDelay } from './retry-delay.js';
export { SingleFlight } from './single-flight.js';
export { endsWithin } from './time-limit.js';
