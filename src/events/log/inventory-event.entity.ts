import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { EventCause, EventType, FieldChange, PriceObservation, Product, Vendor } from '../../contracts/index.js';

/** The append-only event log, which is also the relay's outbox. Only `position` is ever updated, once. */
@Entity('inventory_events')
export class InventoryEventEntity {
  /** Order of insertion; concurrent transactions become visible out of this order, so no reader may follow it. */
  @PrimaryGeneratedColumn('increment', { type: 'bigint' })
  seq: string;

  @Column('uuid', { name: 'event_id' })
  eventId: string;

  /** Given by the sequencer after commit; contiguous from 1. */
  @Column('bigint', { nullable: true, unique: true })
  position: string | null;

  @Column('text', { name: 'event_type' })
  eventType: EventType;

  /** Null in events of vendors, as are category and product. */
  @Column('text', { name: 'product_id', nullable: true })
  productId: string | null;

  @Column('text', { name: 'vendor_id' })
  vendorId: string;

  @Column('text', { nullable: true })
  category: string | null;

  @Column('integer')
  version: number;

  @Column('json')
  changes: FieldChange[];

  @Column('json', { nullable: true })
  product: Product | null;

  /** Null in events of products. */
  @Column('json', { nullable: true })
  vendor: Vendor | null;

  /** `actorText`; null in events of versions that did not keep it. */
  @Column('text', { nullable: true })
  actor: string | null;

  /** Null if there is nothing to say. */
  @Column('json', { nullable: true })
  cause: EventCause | null;

  @Column('json', { nullable: true })
  observation: PriceObservation | null;

  @Column('text', { name: 'correlation_id' })
  correlationId: string;

  @Column('text')
  region: string;

  @Column({ type: 'timestamptz', name: 'occurred_at', precision: 3 })
  occurredAt: Date;
}
