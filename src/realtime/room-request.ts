import type { LogCursor } from '../contracts/index.js';
import { ValidationFailedError } from '../infra/index.js';
import { ID, isSlug } from '../validation/index.js';
import type { Room } from './rooms.js';

export interface SubscribeRequest {
  room: Room;
  /** Where the client's knowledge ends. */
  since?: LogCursor;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads a subscribe or unsubscribe request. Throws `ValidationFailedError` that names the field. */
export function parseRoomRequest(payload: unknown, { since: mayHaveSince }: { since: boolean }): SubscribeRequest {
  const body = record(payload, 'payload');
  const { room, key } = parseRoom(body);
  const unknown = Object.keys(body).find(
    (field) => field !== 'type' && field !== key && !(mayHaveSince && field === 'since'),
  );
  if (unknown !== undefined) throw refused(unknown.slice(0, 64), 'is not a known field');
  return body.since === undefined ? { room } : { room, since: parseCursor(body.since) };
}

function parseRoom(body: Record<string, unknown>): { room: Room; key?: string } {
  switch (body.type) {
    case 'vendor':
      if (typeof body.vendorId !== 'string' || !ID.test(body.vendorId)) throw refused('vendorId', 'must be an id');
      return { room: { type: 'vendor', vendorId: body.vendorId }, key: 'vendorId' };
    case 'category':
      if (!isSlug(body.category)) throw refused('category', 'must be a lower-case kebab slug');
      return { room: { type: 'category', category: body.category }, key: 'category' };
    case 'general':
      return { room: { type: 'general' } };
    default:
      throw refused('type', 'must be vendor, category or general');
  }
}

function parseCursor(value: unknown): LogCursor {
  const { epoch, position } = record(value, 'since');
  if (typeof epoch !== 'string' || !UUID.test(epoch)) throw refused('since.epoch', 'must be a UUID');
  if (!Number.isSafeInteger(position) || (position as number) < 0) {
    throw refused('since.position', 'must be an integer from 0');
  }
  return { epoch: epoch.toLowerCase(), position: position as number };
}

function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refused(field, 'must be an object');
}

function refused(field: string, message: string): ValidationFailedError {
  return new ValidationFailedError([{ field, message }]);
}
