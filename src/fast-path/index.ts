export { FastPath } from './fast-path.js';
export { FastPathModule } from './fast-path.module.js';
export { type FastRequest, type FastRoutes, openFastPath } from './http/open-fast-path.js';
export { bindPromiseHandlers } from './websocket/bind-promise-handlers.js';
export { writeInOneGo } from './websocket/coalesce-writes.js';
export {
  connectionOf,
  type EngineConnection,
  type EnginePacket,
  type EngineTransport,
  watchNewTransports,
} from './websocket/engine-connection.js';
export { FrameSender } from './websocket/frame-sender.js';
export { eventFrame } from './websocket/frames.js';
