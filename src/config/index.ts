export { AppConfig, loadConfig, LOG_LEVELS, settingsInForce } from './app-config.js';
export { type RedisConfig } from './redis.js';
export { VERSION } from './version.js';
export { type Setting } from './variables.js';
export { checkAddress } from './address-check.js';
export { ConfigError } from './config-error.js';
export { ConfigModule } from './config.module.js';
export { isLoopback, serverUrl } from './server-address.js';
export { type DatabaseHost, hostsOf } from './database-hosts.js';
