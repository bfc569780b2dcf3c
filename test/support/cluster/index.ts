export { type AuditOptions, audit } from './audit.js';
export { ensureBuilt } from './app-build.js';
export { Cluster, type ClusterOptions } from './cluster.js';
export { EmbeddedSystem } from './embedded-system.js';
export { HttpClient, NoAnswerError, TIMED_OUT } from './http-client.js';
export type { LinkedInstance } from './instance.js';
export type { Journal } from './journal.js';
export { Load, type LoadOptions } from './load.js';
export { underLoad, type Scenario } from './under-load.js';
