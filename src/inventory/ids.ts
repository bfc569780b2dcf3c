import { timeOrderedUuid } from '../infra/index.js';

/** Time-ordered, so that new rows land side by side in the primary key's index. */
const newId = (prefix: string): string => `${prefix}_${timeOrderedUuid().replaceAll('-', '')}`;

export const newProductId = (): string => newId('prd');
export const newVendorId = (): string => newId('vnd');
export const newImportId = (): string => newId('imp');
export const newSku = (): string => newId('sku');
