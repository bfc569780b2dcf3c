import type { InventoryEvent, LogCursor } from '../../contracts/index.js';
import { EventBatch } from '../log/event-batch.js';
import type { BusMessage } from './event-bus.js';

/** What is on the channel. A process sends an echo only to hear it itself, as a sign that its subscription lives. */
export type WireMessage = BusMessage | { kind: 'echo' };

type Unknown<Shape> = { [Key in keyof Shape]?: unknown };

/**
 * The channel's name can be set, so something else may publish on it: what isn't wholly a message of ours is
 * undefined. Only what receivers rely on is looked at; field by field it would cost more than parsing.
 */
export function parseBusMessage(text: string): WireMessage | undefined {
  const message = parseJson(text) as Record<string, unknown> | null | undefined;
  switch (message?.kind) {
    case 'wake':
      if (message.echo === true) return { kind: 'echo' };
      return { kind: 'wake', ...(areIds(message.invalidated) && { invalidated: message.invalidated }) };
    case 'heartbeat':
      return isCursor(message.head) ? { kind: 'heartbeat', head: message.head } : undefined;
    case 'events':
      return Array.isArray(message.events) && message.events.every(isEvent)
        ? { kind: 'events', batch: EventBatch.of(message.events) }
        : undefined;
    default:
      return undefined;
  }
}

/** Events as a JSON array, at least one; undefined for anything else. */
export function parseEvents(text: string): InventoryEvent[] | undefined {
  const events = parseJson(text);
  return Array.isArray(events) && events.length > 0 && events.every(isEvent) ? events : undefined;
}

function areIds(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((id) => typeof id === 'string');
}

function isCursor(value: unknown): value is LogCursor {
  if (typeof value !== 'object' || value === null) return false;
  const { epoch, position } = value as Unknown<LogCursor>;
  return typeof epoch === 'string' && Number.isSafeInteger(position);
}

function isEvent(value: unknown): value is InventoryEvent {
  if (!isCursor(value)) return false;
  const event = value as Unknown<InventoryEvent>;
  const { eventId, eventType, vendorId, changes } = event;
  const isSound =
    typeof eventId === 'string' &&
    typeof eventType === 'string' &&
    typeof vendorId === 'string' &&
    Array.isArray(changes) &&
    isOfSomething(event);
  // Versions without causes and observations send none.
  if (isSound) {
    event.cause ??= {};
    event.observation ??= null;
  }
  return isSound;
}

function isOfSomething({ productId, category, vendor }: Unknown<InventoryEvent>): boolean {
  if (productId === null) return category === null && typeof vendor === 'object' && vendor !== null;
  return typeof productId === 'string' && typeof category === 'string';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
