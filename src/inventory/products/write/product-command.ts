import type { NewProduct, Product, ProductUpdates } from '../../../contracts/index.js';
import type { AppError } from '../../../infra/index.js';
import type { Fields } from '../../../validation/index.js';
import type { ExpectedVersion } from '../../if-match.js';

/** What a writer wants. The same commands serve one product and a thousand. */
export type ProductCommand =
  | { kind: 'create'; data: NewProduct }
  | Update
  | { kind: 'delete'; id: string; expectedVersion?: ExpectedVersion | undefined }
  | Upsert;

export interface Update {
  kind: 'update';
  id: string;
  updates: ProductUpdates;
  /** What may and must be among the updates; absent: any field. */
  fields?: Fields | undefined;
  expectedVersion?: ExpectedVersion | undefined;
}

/** Creates from `create`, or applies `updates` to the vendor's product with this sku. */
export interface Upsert {
  kind: 'upsert';
  vendorId: string;
  sku: string;
  /** The product as it was a moment ago, if it was there; by now it may be another, or have gone. */
  seen?: { id: string; version: number } | undefined;
  updates: ProductUpdates;
  create: Omit<ProductUpdates, 'sku'>;
}

export interface ProductWrite {
  command: ProductCommand;
  /** Stored on the events that the command causes. */
  correlationId: string;
  /** The vendor that the writer is confined to. */
  owner?: string | undefined;
}

/** What became of one command; `product` is the state after it, for a deletion the last one. */
export type WriteOutcome =
  | { status: 'created' | 'updated' | 'unchanged' | 'deleted'; product: Product }
  | { status: 'rejected'; error: AppError };

/** An upsert of a product that was there a moment ago. */
export type LocatedUpsert = Upsert & { seen: NonNullable<Upsert['seen']> };

export function isLocated(command: ProductCommand): command is LocatedUpsert {
  return command.kind === 'upsert' && command.seen !== undefined;
}

/** Commands with equal keys concern the same product, as far as can be told without looking it up. */
export function keyOf(command: ProductCommand): string {
  switch (command.kind) {
    case 'update':
    case 'delete':
      return command.id;
    case 'upsert':
      return `${command.vendorId} ${command.sku}`;
    case 'create':
      return `${command.data.vendorId} ${command.data.sku ?? ''}`;
  }
}

/** Characters of the texts that a command brings: what reading, storing and sending it costs beside the rest. */
export function textLengthOf(command: ProductCommand): number {
  const fields = fieldsOf(command);
  if (fields?.name === undefined && fields?.names === undefined && fields?.description == null) return 0;
  const { name, names, description } = fields;
  const translations = Object.values(names ?? {}).reduce((sum, one) => sum + one.length, 0);
  return (name?.length ?? 0) + (description?.length ?? 0) + translations;
}

function fieldsOf(command: ProductCommand): ProductUpdates | undefined {
  switch (command.kind) {
    case 'create':
      return command.data;
    case 'update':
      return command.updates;
    case 'upsert':
      return command.create;
    case 'delete':
      return undefined;
  }
}
