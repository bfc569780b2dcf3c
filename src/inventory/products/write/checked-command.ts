import type { ProductFields, ProductUpdates } from '../../../contracts/index.js';
import { ValidationFailedError } from '../../../infra/index.js';
import {
  fieldFaults,
  type Fields,
  idRule,
  isRecord,
  MISSING,
  plainText,
  type Rule,
  SETTABLE_FIELDS,
} from '../../../validation/index.js';
import type { ExpectedVersion } from '../../if-match.js';
import { ITEM_FIELDS, NEW_PRODUCT, PRODUCT_UPDATES, skuRule } from '../product-rules.js';
import { updatesOf } from '../prices/report-effect.js';
import type { ProductCommand } from './product-command.js';
import { nameWordsFault } from './word-limits.js';

/**
 * The command as it is to be done: the one check that every write passes, over HTTP or not. What comes of it is stored
 * as it is, so that the table and the log can't differ.
 *
 * An upsert's `create` is checked where a product is made of it (`decide`): mostly none is.
 *
 * Throws `ValidationFailedError`.
 */
export function checkedCommand(command: ProductCommand): ProductCommand {
  switch (command.kind) {
    case 'create': {
      const data = checkedFields(command.data, NEW_PRODUCT);
      return data === command.data ? command : { ...command, data };
    }
    case 'update': {
      const updates = checkedFields(command.updates, command.fields ?? PRODUCT_UPDATES);
      need('id', command.id, idRule);
      checkVersion(command.expectedVersion);
      return updates === command.updates ? command : { ...command, updates };
    }
    case 'delete':
      need('id', command.id, idRule);
      checkVersion(command.expectedVersion);
      return command;
    case 'report':
      checkedFields(updatesOf(command.report), ITEM_FIELDS);
      need('vendorId', command.vendorId, idRule);
      need('sku', command.sku, skuRule);
      return command;
    case 'upsert': {
      const updates = checkedFields(command.updates, ITEM_FIELDS);
      need('vendorId', command.vendorId, idRule);
      need('sku', command.sku, skuRule);
      const sku = plainText(command.sku);
      if (updates === command.updates && sku === command.sku) return command;
      return { ...command, sku, updates, create: command.create === command.updates ? updates : command.create };
    }
  }
}

/** The fields as they are stored; the very same if they are so already. Throws `ValidationFailedError`. */
export function checkedFields<Values extends ProductUpdates>(values: Values, fields: Fields): Values {
  if (!isRecord(values)) throw new ValidationFailedError([], 'must be an object');
  const faults = fieldFaults(values, fields);
  if (faults.length > 0) throw new ValidationFailedError(faults);
  const wordy = nameWordsFault(values);
  if (wordy) throw new ValidationFailedError([wordy]);
  let stored = values;
  for (const field in values) {
    const value = storedValue(field, values[field]);
    if (Object.is(value, values[field])) continue;
    if (stored === values) stored = { ...values };
    stored[field] = value;
  }
  return stored;
}

function storedValue<Value>(field: string, value: Value): Value {
  if (value === undefined || value === null) return value;
  const { stored } = SETTABLE_FIELDS[field as keyof ProductFields] ?? {};
  return stored ? (stored as (value: unknown) => Value)(value) : value;
}

function need(field: string, value: unknown, rule: Rule): void {
  const message = value === undefined ? MISSING : rule(value);
  if (message !== undefined) throw new ValidationFailedError([{ field, message }]);
}

function checkVersion(expected: ExpectedVersion | undefined): void {
  if (expected === undefined || [expected].flat().every((version) => Number.isSafeInteger(version))) return;
  throw new ValidationFailedError([{ field: 'expectedVersion', message: 'must be a whole number or a list of them' }]);
}
