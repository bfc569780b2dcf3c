export { RealtimeModule } from './realtime.module.js';
export { SocketIoAdapter } from './ws/socket-io-adapter.js';
