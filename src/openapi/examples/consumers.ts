import type { ConsumerState, ParkedEvent } from '../../contracts/index.js';
import { ONION_CREATED, ONION_DEARER } from './events.js';

export const CONSUMER_NAME = 'price-board';
export const LEASE = '5b0c5a52-6f0e-4d0e-9f57-3b8e4b1f2a77';
/** Of an event of the lease. */
export const LEASED_POSITION = 1_042_042;
export const LEASED_EVENT_ID = '01955a4b-1115-7d6c-9b8a-aaaaaaaaaaaa';
export const PARKED_EVENT_ID = '01955a4b-1115-7d6c-9b8a-bbbbbbbbbbbb';

export const NEW_CONSUMER = {
  name: CONSUMER_NAME,
  filter: { eventTypes: ['price_changed', 'availability_changed'], categories: ['vegetables'] },
  from: 'beginning',
  onFailure: 'skip',
  maxAttempts: 5,
};

export const PRICE_BOARD: ConsumerState = {
  name: CONSUMER_NAME,
  kind: 'http',
  filter: { eventTypes: ['price_changed', 'availability_changed'], categories: ['vegetables'] },
  onFailure: 'skip',
  maxAttempts: 5,
  paused: false,
  position: ONION_CREATED.position,
  lag: 1,
  lagSeconds: 0.8,
  owner: 'price-board-service',
  failing: 0,
  failingSince: null,
  parked: 1,
  partitions: [{ partition: 0, position: ONION_CREATED.position, owner: 'price-board-service' }],
  createdAt: ONION_CREATED.occurredAt,
};

export const PARKED: ParkedEvent = {
  eventId: PARKED_EVENT_ID,
  position: ONION_DEARER.position,
  key: ONION_DEARER.productId,
  attempts: 5,
  error: 'The board is out of order',
  firstFailedAt: ONION_DEARER.occurredAt,
  parkedAt: ONION_DEARER.occurredAt,
};
