import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Projection, type ProjectionContext, type ProjectionHandler } from '../../../consumers/index.js';
import { type InventoryEvent, type Product, SEARCHED_FIELDS, type Vendor } from '../../../contracts/index.js';
import { inSlices } from '../../../infra/index.js';
import { productLexemes } from '../../text/search-document.js';
import { searchDocumentsVersion } from '../../text/search-documents-version.js';
import {
  CREATE_TABLES,
  END_IDENTITIES,
  END_PRODUCTS,
  END_VENDORS,
  IDENTITY_RECOMPUTATION,
  INSERT_IDENTITIES,
  INSERT_PRODUCTS,
  INSERT_TEXTS,
  INSERT_VENDORS,
  KNOWN_TEXTS,
  OLDER_TABLES,
  PRODUCT_RECOMPUTATION,
  READ_CURRENT,
  READ_CURRENT_VENDORS,
  VENDOR_RECOMPUTATION,
  versionArrays,
  type VersionRow,
} from './product-versions.sql.js';
import { type CurrentIdentity, identityArrays, identityChanges } from './identities.js';
import { type CurrentVersion, foldProduct, foldVendor, VersionFold } from './version-fold.js';

/** As PostgreSQL gives it: bigint as text. */
type CurrentRow<State> = Omit<CurrentVersion<State>, 'from'> & { from: string };

/**
 * Every version of every product and vendor, with the positions that it is of: what was known at a position is one
 * version each. Texts are kept apart, with the words they are found by, as many versions of many products share them;
 * when code makes other words of texts, all is built anew.
 */
@Injectable()
@Projection({
  name: 'product-history',
  version: 3,
  tables: ['product_versions', 'product_identities', 'product_version_texts', 'vendor_versions'],
  create: CREATE_TABLES,
  older: OLDER_TABLES,
  recompute: {
    product_versions: PRODUCT_RECOMPUTATION,
    product_identities: IDENTITY_RECOMPUTATION,
    vendor_versions: VENDOR_RECOMPUTATION,
  },
})
export class ProductVersions implements ProjectionHandler {
  basis(): Promise<string> {
    return searchDocumentsVersion();
  }

  async apply(events: readonly InventoryEvent[], context: ProjectionContext): Promise<void> {
    const ofProducts = events.filter(({ productId }) => productId !== null);
    const ofVendors = events.filter(({ productId }) => productId === null);
    if (ofProducts.length > 0) await this.applyToProducts(ofProducts, context);
    if (ofVendors.length > 0) await this.applyToVendors(ofVendors, context);
  }

  private async applyToProducts(events: readonly InventoryEvent[], { sql }: ProjectionContext): Promise<void> {
    const ids = new Set(events.map(({ productId }) => productId));
    const reported = events.filter(({ eventType, changes }) => eventType === 'price_recorded' && changes.length > 0);
    const wanted = new Set(reported.map(({ productId }) => productId));
    const current = await sql.query<CurrentRow<Product> & CurrentIdentity>(READ_CURRENT, [[...ids], [...wanted]]);
    const fold = new VersionFold(current.map(withNumber));
    for (const event of events) foldProduct(fold, event);
    if (fold.ended.length > 0) await sql.query(END_PRODUCTS, endings(fold));
    const rows = fold.versions.map(({ from, to, state }) => ({ from, to, textId: textIdOf(state), product: state }));
    const { begun, ended } = identityChanges(current, fold, rows);
    if (ended.length > 0) await sql.query(END_IDENTITIES, [ended.map(({ id }) => id), ended.map(({ at }) => at)]);
    if (rows.length === 0) return;
    await this.keepTexts(rows, sql);
    if (begun.length > 0) await sql.query(INSERT_IDENTITIES, identityArrays(begun));
    await sql.query(INSERT_PRODUCTS, versionArrays(rows));
  }

  private async keepTexts(rows: readonly VersionRow[], sql: ProjectionContext['sql']): Promise<void> {
    const texts = new Map(rows.map((row) => [row.textId, row.product]));
    for (const { id } of await sql.query<{ id: string }>(KNOWN_TEXTS, [[...texts.keys()]])) texts.delete(id);
    if (texts.size === 0) return;
    const made: object[] = [];
    await inSlices([...texts], ([id, product]) => {
      const fields = Object.fromEntries(SEARCHED_FIELDS.map((field) => [field, product[field]]));
      made.push({ ...fields, id, lexemes: productLexemes(product) });
    });
    await sql.query(INSERT_TEXTS, [JSON.stringify(made)]);
  }

  private async applyToVendors(events: readonly InventoryEvent[], { sql }: ProjectionContext): Promise<void> {
    const ids = new Set(events.map(({ vendorId }) => vendorId));
    const current = await sql.query<CurrentRow<Vendor>>(READ_CURRENT_VENDORS, [[...ids]]);
    const fold = new VersionFold(current.map(withNumber));
    for (const event of events) foldVendor(fold, event);
    if (fold.ended.length > 0) await sql.query(END_VENDORS, endings(fold));
    const rows = fold.versions.map(({ from, to, state }) => ({ from, to, vendor: state }));
    if (rows.length > 0) await sql.query(INSERT_VENDORS, [JSON.stringify(rows)]);
  }
}

const withNumber = <State>(row: CurrentRow<State>): CurrentVersion<State> => ({
  ...row,
  state: row.state ?? null,
  from: Number(row.from),
});

function endings({ ended }: Pick<VersionFold<Product>, 'ended'>): unknown[] {
  return [ended.map(({ id }) => id), ended.map(({ from }) => from), ended.map(({ at }) => at)];
}

/** The same texts have the same id, in every build: a UUID as PostgreSQL writes it. */
function textIdOf(product: Product): string {
  const texts = JSON.stringify(SEARCHED_FIELDS.map((field) => product[field]));
  const digits = createHash('sha256').update(texts).digest('hex');
  return digits.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
