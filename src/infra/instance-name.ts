import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** Of this process, in logs and traces: the host, and some digits, since a host may have several processes. */
export const INSTANCE = `${hostname()}/${randomBytes(3).toString('hex')}`;
