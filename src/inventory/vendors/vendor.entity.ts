import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Names, Vendor } from '../../contracts/index.js';

@Entity('vendors')
export class VendorEntity {
  @PrimaryColumn('text')
  id: string;

  @Column('text')
  name: string;

  @Column('jsonb')
  names: Names;

  @Column('text', { nullable: true })
  market: string | null;

  @Column('text', { nullable: true })
  district: string | null;

  @Column('text', { nullable: true })
  state: string | null;

  @Column('text', { array: true })
  languages: string[];

  /** Lexemes of search/text; written with `array_to_tsvector`. */
  @Column('tsvector', { select: false })
  search: string;

  @Column('integer')
  version: number;

  /** Of the newest event that a statement has appended itself; null if none has. */
  @Column('integer', { name: 'logged_version', nullable: true, select: false })
  loggedVersion: number | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3 })
  updatedAt: Date;
}

export function vendorOf(row: Omit<VendorEntity, 'search' | 'loggedVersion'>): Vendor {
  return {
    id: row.id,
    name: row.name,
    names: row.names,
    market: row.market,
    district: row.district,
    state: row.state,
    languages: row.languages,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
