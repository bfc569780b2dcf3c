import type { NewVendor, VendorFields } from '../../contracts/index.js';
import { BodyOf } from '../../validation/index.js';
import { NEW_VENDOR, VENDOR_UPDATES } from './vendor-rules.js';

/** `id`: chosen by the caller, made up when absent. */
export class CreateVendorBody extends BodyOf<NewVendor>(NEW_VENDOR) {}

/** Any subset of the fields. */
export class UpdateVendorBody extends BodyOf<Partial<VendorFields>>(VENDOR_UPDATES) {}
