export { AppConfig, loadConfig, LOG_LEVELS, type RedisConfig } from './app-config.js';
export { ConfigError } from './config-error.js';
export { ConfigModule } from './config.module.js';
export { isLoopback, serverUrl } from './server-address.js';
