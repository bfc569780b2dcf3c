import type { FieldChange, NewVendorEvent, Vendor, VendorEventType } from '../../contracts/index.js';
import { newEventId } from '../../events/index.js';
import type { WriteOrigin } from '../event-origin.js';

/** What an event says beside the vendor and its changes. */
export type VendorEventContext = WriteOrigin & Pick<NewVendorEvent, 'region' | 'occurredAt'>;

export const eventOfVendorCreation = (vendor: Vendor, context: VendorEventContext): NewVendorEvent =>
  vendorEvent('vendor_created', vendor, [], context);

/** All changes of one version are one event. */
export const eventOfVendorUpdate = (
  next: Vendor,
  changes: FieldChange[],
  context: VendorEventContext,
): NewVendorEvent => vendorEvent('vendor_updated', next, changes, context);

function vendorEvent(
  eventType: VendorEventType,
  vendor: Vendor,
  changes: FieldChange[],
  { actor, cause, correlationId, region, occurredAt }: VendorEventContext,
): NewVendorEvent {
  return {
    eventId: newEventId(),
    eventType,
    productId: null,
    vendorId: vendor.id,
    category: null,
    version: vendor.version,
    changes,
    product: null,
    vendor,
    actor,
    cause,
    observation: null,
    correlationId,
    region,
    occurredAt,
  };
}
