export { RealtimeModule } from './realtime.module.js';
export { CorsIoAdapter } from './ws/cors-io-adapter.js';
