import type { Page } from '../../../contracts/index.js';
import type { Schema } from '../../types.js';
import { count, epoch, listOf, nullable, object, schemaRef } from './schema.js';

const pageOf = (item: string): Schema =>
  object<Page<unknown>>({
    items: listOf(schemaRef(item), { maxItems: 100 }),
    nextCursor: nullable({ type: 'string', description: 'Pass as `cursor` for the next page; null on the last one' }),
    epoch,
    position: count('Log position the page was read at: subscribe from there and nothing is missed'),
  });

export const PAGE_SCHEMAS: Readonly<Record<string, Schema>> = {
  ProductPage: pageOf('FoundProduct'),
  VendorPage: pageOf('FoundVendor'),
};
