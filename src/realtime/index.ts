export { GATEWAY_OPTIONS } from './gateway/inventory.gateway.js';
export { SocketIoAdapter } from './gateway/socket-io-adapter.js';
export { WsProblemFilter } from './gateway/ws-exception.filter.js';
export { RequestLimit } from './limits/request-limit.js';
export { cursorOf, need, record, refused } from './protocol/request-fields.js';
export { RealtimeModule } from './realtime.module.js';
export { MAX_SUBSCRIPTIONS } from './recovery/room-subscriber.js';
export { DisconnectedError, TooManySubscriptionsError } from './recovery/subscription-errors.js';
export { bufferedBytes } from './sending/send-buffer.js';
