import type { NewProduct, Product, ProductUpdates } from '../../../contracts/index.js';
import type { AppError } from '../../../infra/index.js';
import type { Fields } from '../../../validation/index.js';
import type { PriceReported } from '../prices/report-effect.js';
import type { WriteOrigin } from '../../event-origin.js';
import type { ExpectedVersion } from '../../if-match.js';

/** What a writer wants. The same commands serve one product and a thousand. */
export type ProductCommand =
  | { kind: 'create'; data: NewProduct }
  | Update
  | { kind: 'delete'; id: string; expectedVersion?: ExpectedVersion | undefined }
  | Upsert
  | Report;

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
  updates: ProductUpdates;
  create: Omit<ProductUpdates, 'sku'>;
}

/** A price of one market day, of the vendor's product with this sku; made from `create` if it isn't there. */
export interface Report {
  kind: 'report';
  vendorId: string;
  sku: string;
  report: PriceReported;
  /** All but what the report says. */
  create: Omit<ProductUpdates, 'sku'>;
}

export interface ProductWrite {
  command: ProductCommand;
  /** Stored on the events that the command causes. */
  origin: WriteOrigin;
  /** The vendor that the writer is confined to. */
  owner?: string | undefined;
}

/**
 * What became of a report that left the price as it was. `confirmed`: its day is the product's now; `recorded`: its day
 * is older; `revised`: its day had another report.
 */
export type ReportStatus = 'confirmed' | 'recorded' | 'revised';

/** What became of one command; `product` is the state after it, for a deletion the last one. */
export type WriteOutcome =
  | {
      status: 'created' | 'updated' | 'unchanged' | 'deleted' | ReportStatus;
      product: Product;
      /** A reported price that is far from the one reported before. */
      suspicious?: boolean;
    }
  | { status: 'rejected'; error: AppError };

/** Commands with equal keys concern the same product, as far as can be told without looking it up. */
export function keyOf(command: ProductCommand): string {
  switch (command.kind) {
    case 'update':
    case 'delete':
      return command.id;
    case 'upsert':
    case 'report':
      return `${command.vendorId} ${command.sku}`;
    case 'create':
      return `${command.data.vendorId} ${command.data.sku ?? ''}`;
  }
}

/**
 * Characters of names and descriptions in one batch, or statement, unless a single write has more. It bounds what is
 * made into one statement, and read back by the relay, in one go: the event loop is busy for some milliseconds, where a
 * whole body of 4 MB takes a hundred.
 */
export const MOST_TEXT = 256 * 1024;

/** Characters of the texts that a command brings: what reading, storing and sending it costs beside the rest. */
export function textLengthOf(command: ProductCommand): number {
  const fields = fieldsOf(command);
  return fields ? textLengthOfFields(fields) : 0;
}

export function textLengthOfFields({ name, names, description }: ProductUpdates): number {
  if (name === undefined && names === undefined && description == null) return 0;
  let length = (name?.length ?? 0) + (description?.length ?? 0);
  for (const tag in names) length += names[tag]!.length;
  return length;
}

function fieldsOf(command: ProductCommand): ProductUpdates | undefined {
  switch (command.kind) {
    case 'create':
      return command.data;
    case 'update':
      return command.updates;
    case 'upsert':
    case 'report':
      return command.create;
    case 'delete':
      return undefined;
  }
}
