import type { EventContent } from '../contracts/index.js';
import { fnv1a } from '../infra/index.js';
import { categoriesOf } from './log/inventory-event.js';

/**
 * Channels on which the contents of events go in a Redis Cluster: those of vendors, and from this number on as many of
 * categories. With 4,096, an instance that follows a tenth of 7,000 vendors gets a fourth of what all of them cause.
 */
export const VENDOR_CHANNELS = 4_096;

export const vendorChannel = (vendorId: string): number => fnv1a(vendorId) % VENDOR_CHANNELS;

export const categoryChannel = (category: string): number => VENDOR_CHANNELS + (fnv1a(category) % VENDOR_CHANNELS);

/**
 * The channels on which an event's content goes: its vendor's always, so that all of these together have every event,
 * and those of its categories, as far as it is for their rooms. A product that moves is in both categories.
 */
export function channelsOf(event: Pick<EventContent, 'eventType' | 'vendorId' | 'category' | 'changes'>): number[] {
  const channels = [vendorChannel(event.vendorId)];
  if (event.eventType === 'price_recorded') return channels;
  for (const category of categoriesOf(event)) {
    const channel = categoryChannel(category);
    if (!channels.includes(channel)) channels.push(channel);
  }
  return channels;
}
