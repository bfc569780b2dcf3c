export { DatabaseModule } from './database.module.js';
export { DatabaseUrl } from './database-url.js';
export { SqlClient, type Statement } from './sql-client.js';
