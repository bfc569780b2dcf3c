import { describe, expect, it } from '@jest/globals';
import { anEvent } from '../../../test/support/events.js';
import { EVENT_TYPES, type EventType, type InventoryEvent } from '../../contracts/index.js';
import { decodeNotices, encodeNotices } from './notices-format.js';

const EPOCH = '4f4b1b5e-0c7e-4e3c-9a63-0b8f6f1f3a11';
/** Bytes of the epoch, the id of the last event, and the head. */
const BEFORE_TYPE = 2 * 18 + 14;
const NUMBERS: Record<EventType, number> = {
  product_created: 0,
  product_updated: 1,
  product_deleted: 2,
  availability_changed: 3,
  price_changed: 4,
  price_recorded: 5,
  vendor_created: 6,
  vendor_updated: 7,
};

const encoded = (eventType: EventType): Buffer =>
  encodeNotices(EPOCH, [{ ...anEvent({ epoch: EPOCH, position: 7 }), eventType } as InventoryEvent]);

describe('notices as bytes', () => {
  it.each(EVENT_TYPES)('have the number that instances of other releases know for %s', (eventType) => {
    const bytes = encoded(eventType);
    expect(bytes[BEFORE_TYPE]).toBe(NUMBERS[eventType]);
    expect(decodeNotices(bytes, 0)?.entries[0]?.eventType).toBe(eventType);
  });

  it('are left to the log if they are of a type that only a later release knows', () => {
    const bytes = encoded('price_changed');
    bytes[BEFORE_TYPE] = 8;
    expect(decodeNotices(bytes, 0)).toBeUndefined();
  });
});
