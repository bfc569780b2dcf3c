export { isLockTimeout, isTransient } from './conflicts.js';
export { DatabaseUrl } from './database-url.js';
export { DatabaseModule } from './database.module.js';
export { isoTime } from './iso-time.js';
export { PlanGeneration } from './plan-generation.js';
export { ReadPipelines } from './read-pipelines.js';
export { SqlClient, type Statement } from './sql-client.js';
export { textArray } from './text-array.js';
export { afterCommit, currentTransaction, savepoint, type Transaction } from './transaction.js';
