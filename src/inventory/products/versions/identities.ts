import { plainArray, textArray } from '../../../database/index.js';
import type { VersionRow } from './product-versions.sql.js';
import type { VersionFold } from './version-fold.js';
import type { Product } from '../../../contracts/index.js';

/** What a product's current version is of, before some events. */
export interface CurrentIdentity {
  id: string;
  vendorId: string;
  /** UUID */
  textId: string;
}

/** A vendor and texts that one or more versions have one after the other. */
interface Identity {
  to: number | null;
  key: string;
}

export interface IdentityChanges {
  begun: VersionRow[];
  ended: { id: string; at: number }[];
}

const keyOf = (vendorId: string, textId: string): string => `${textId} ${vendorId}`;

/**
 * The identities that new versions bring about, and those from before that end.
 *
 * @param rows in the order of their positions
 */
export function identityChanges(
  current: readonly CurrentIdentity[],
  { ended }: Pick<VersionFold<Product>, 'ended'>,
  rows: readonly VersionRow[],
): IdentityChanges {
  const ends = new Map(ended.map(({ id, at }) => [id, at]));
  const before = new Map<string, Identity>(
    current.map(({ id, vendorId, textId }) => [id, { to: ends.get(id) ?? null, key: keyOf(vendorId, textId) }]),
  );
  const last = new Map(before);
  const begun: { identity: Identity; first: VersionRow }[] = [];
  for (const row of rows) {
    const key = keyOf(row.product.vendorId, row.textId);
    const open = last.get(row.product.id);
    if (open?.key === key && open.to === row.from) {
      open.to = row.to;
      continue;
    }
    const identity = { to: row.to, key };
    last.set(row.product.id, identity);
    begun.push({ identity, first: row });
  }
  return {
    begun: begun.map(({ identity, first }) => ({ ...first, to: identity.to })),
    ended: [...before].flatMap(([id, { to }]) => (to === null ? [] : [{ id, at: to }])),
  };
}

/** `INSERT_IDENTITIES`. */
export const identityArrays = (rows: readonly VersionRow[]): string[] => [
  textArray(rows.map(({ product }) => product.id)),
  plainArray(rows.map(({ from }) => from)),
  plainArray(rows.map(({ to }) => to)),
  textArray(rows.map(({ product }) => product.vendorId)),
  plainArray(rows.map(({ textId }) => textId)),
  textArray(rows.map(({ product }) => product.category)),
  plainArray(rows.map(({ product }) => product.createdAt)),
];
