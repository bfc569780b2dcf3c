import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { EventType, FieldChange, Product } from '../../contracts/index.js';

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

  @Column('text', { name: 'product_id' })
  productId: string;

  @Column('text', { name: 'vendor_id' })
  vendorId: string;

  @Column('text')
  category: string;

  @Column('integer')
  version: number;

  @Column('json')
  changes: FieldChange[];

  @Column('json')
  product: Product;

  @Column('text', { name: 'correlation_id' })
  correlationId: string;

  @Column('text')
  region: string;

  @Column({ type: 'timestamptz', name: 'occurred_at', precision: 3 })
  occurredAt: Date;
}
