import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Names under which imports mean a vendor, by the key of the market that has them. */
@Entity('vendor_aliases')
export class VendorAliasEntity {
  @PrimaryColumn('text', { name: 'state_key' })
  stateKey: string;

  @PrimaryColumn('text', { name: 'market_key' })
  marketKey: string;

  @PrimaryColumn('text', { name: 'district_key' })
  districtKey: string;

  @Column('text', { name: 'vendor_id' })
  vendorId: string;

  @Column('text')
  state: string;

  @Column('text', { nullable: true })
  district: string | null;

  @Column('text')
  market: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;
}
