import { describe, expect, it } from '@jest/globals';
import { aPriceReport, aVendorEvent, anEvent, placed } from '../../../test/support/events.js';
import { parseBusMessage } from './parse-bus-message.js';

const eventsOf = (...events: object[]): unknown => {
  const message = parseBusMessage(JSON.stringify({ kind: 'events', events }));
  return message?.kind === 'events' ? message.batch.events : message;
};
const without = (event: object, ...fields: string[]): object =>
  Object.fromEntries(Object.entries(event).filter(([field]) => !fields.includes(field)));

describe('events on the bus', () => {
  const vendorEvent = placed(aVendorEvent(), 'e', 8);

  it('are those of products, of their prices and of vendors, whatever else comes with them', () => {
    const events = [anEvent(), placed(aPriceReport(), 'e', 7), vendorEvent];
    expect(eventsOf(...events)).toEqual(events);
    const later = { ...anEvent(), ofALaterVersion: true };
    expect(eventsOf(later)).toEqual([later]);
  });

  it('have no cause and no report if a version sends them that knows of none', () => {
    const event = anEvent();
    expect(eventsOf(without(event, 'cause', 'observation'))).toEqual([event]);
  });

  it('are read from the log if such a version sends a vendor’s, without the vendor', () => {
    expect(eventsOf(without(vendorEvent, 'vendor', 'cause', 'observation'))).toBeUndefined();
    expect(eventsOf({ ...vendorEvent, category: 'spices' })).toBeUndefined();
    expect(eventsOf(without(anEvent(), 'productId'))).toBeUndefined();
  });
});
