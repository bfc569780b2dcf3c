import type { LogCursor } from '../../contracts/index.js';
import { idRule, oneOfRule, slugRule, UNKNOWN } from '../../validation/index.js';
import { cursorOf, need, record, refused } from './request-fields.js';
import type { Room } from './rooms.js';

export interface SubscribeRequest {
  room: Room;
  /** Where the client's knowledge ends. */
  since?: LogCursor;
}

const typeRule = oneOfRule(['vendor', 'category', 'general']);

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
  return body.since === undefined ? { room } : { room, since: cursorOf(body.since) };
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
