import { OmitType } from '@nestjs/mapped-types';
import { Fits, Nullable, Optional, PatchType } from '../../validation/index.js';
import { VENDOR_RULES, vendorIdRule } from './vendor-rules.js';

export class CreateVendorBody {
  /** Chosen by the caller; made up when absent. */
  @Optional()
  @Fits(vendorIdRule)
  id?: string;

  @Fits(VENDOR_RULES.name)
  name: string;

  /** Translations of the name by language tag. */
  @Optional()
  @Fits(VENDOR_RULES.names)
  names?: Record<string, string>;

  @Nullable()
  @Fits(VENDOR_RULES.market)
  market?: string | null;

  @Nullable()
  @Fits(VENDOR_RULES.district)
  district?: string | null;

  @Nullable()
  @Fits(VENDOR_RULES.state)
  state?: string | null;

  /** Languages the vendor deals in. */
  @Optional()
  @Fits(VENDOR_RULES.languages)
  languages?: string[];
}

/** Any subset of the fields. */
export class UpdateVendorBody extends PatchType(OmitType(CreateVendorBody, ['id'])) {}
