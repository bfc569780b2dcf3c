import { Injectable } from '@nestjs/common';
import type { Moment, Vendor } from '../../contracts/index.js';
import { SqlClient, type Statement } from '../../database/index.js';
import { type VendorEntity, vendorOf } from './vendor.entity.js';
import { VendorNotFoundError } from './vendor.errors.js';
import { VENDOR_COLUMNS } from './vendors.sql.js';

/** `$1` id, `$2` position. */
const READ_PAST_VENDOR: Statement = {
  name: 'read-past-vendor',
  text: `SELECT ${VENDOR_COLUMNS} FROM (
           SELECT * FROM vendor_versions WHERE id = $1 AND from_position <= $2 ORDER BY from_position DESC LIMIT 1) v
         WHERE v.to_position IS NULL OR v.to_position > $2`,
};

/** Vendors as they were. */
@Injectable()
export class PastVendors {
  constructor(private readonly sql: SqlClient) {}

  /** Throws `VendorNotFoundError`. @param moment that the history reaches */
  async read(id: string, { position }: Moment): Promise<Vendor> {
    const [row] = await this.sql.query<VendorEntity>(READ_PAST_VENDOR, [id, position]);
    if (!row) throw new VendorNotFoundError(id);
    return vendorOf(row);
  }
}
