import type { LogCursor } from '../contracts/index.js';
import { ValidationFailedError } from '../infra/index.js';
import {
  idRule,
  MISSING,
  oneOfRule,
  type Rule,
  slugRule,
  UNKNOWN,
  uuidRule,
  wholeNumberRule,
} from '../validation/index.js';
import type { Room } from './rooms.js';

export interface SubscribeRequest {
  room: Room;
  /** Where the client's knowledge ends. */
  since?: LogCursor;
}

const typeRule = oneOfRule(['vendor', 'category', 'general']);
const positionRule = wholeNumberRule(0, Number.MAX_SAFE_INTEGER);

/**
 * Reads a subscribe or unsubscribe request. Throws `ValidationFailedError` that names the first field at fault and its
 * first fault: the type, what its rooms are named by, fields that aren't known, `since`.
 */
export function parseRoomRequest(payload: unknown, { since: mayHaveSince }: { since: boolean }): SubscribeRequest {
  const body = record(payload, 'payload');
  const { room, key } = parseRoom(body);
  const unknown = Object.keys(body).find(
    (field) => field !== 'type' && field !== key && !(mayHaveSince && field === 'since'),
  );
  if (unknown !== undefined) throw refused(unknown.slice(0, 64), UNKNOWN);
  return body.since === undefined ? { room } : { room, since: parseCursor(body.since) };
}

function parseRoom(body: Record<string, unknown>): { room: Room; key?: string } {
  switch (need(body, 'type', typeRule)) {
    case 'vendor':
      return { room: { type: 'vendor', vendorId: need(body, 'vendorId', idRule) }, key: 'vendorId' };
    case 'category':
      return { room: { type: 'category', category: need(body, 'category', slugRule) }, key: 'category' };
    default:
      return { room: { type: 'general' } };
  }
}

function parseCursor(value: unknown): LogCursor {
  const cursor = record(value, 'since');
  const epoch = need<string>(cursor, 'epoch', uuidRule, 'since.').toLowerCase();
  return { epoch, position: need<number>(cursor, 'position', positionRule, 'since.') };
}

/** The value of a field, of the type that its rule asks for. */
function need<Value = string>(from: Record<string, unknown>, field: string, rule: Rule, within = ''): Value {
  const value = from[field];
  const message = value === undefined ? MISSING : rule(value);
  if (message !== undefined) throw refused(`${within}${field}`, message);
  return value as Value;
}

function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refused(field, 'must be an object');
}

function refused(field: string, message: string): ValidationFailedError {
  return new ValidationFailedError([{ field, message }]);
}
