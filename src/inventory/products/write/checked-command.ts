import { ValidationFailedError } from '../../../infra/index.js';
import {
  fieldFaults,
  type Fields,
  idRule,
  isRecord,
  MISSING,
  type Rule,
  withoutNoise,
} from '../../../validation/index.js';
import type { ExpectedVersion } from '../../if-match.js';
import { ITEM_FIELDS, NEW_PRODUCT, PRODUCT_UPDATES, skuRule } from '../product-rules.js';
import type { ProductCommand } from './product-command.js';

/**
 * The command as it is to be done: the one check that every write passes, over HTTP or not. What passes is stored as it
 * is, with exactly two decimals of its price, so that the table and the log can't differ.
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
    case 'upsert': {
      const updates = checkedFields(command.updates, ITEM_FIELDS);
      need('vendorId', command.vendorId, idRule);
      need('sku', command.sku, skuRule);
      if (updates === command.updates) return command;
      return { ...command, updates, create: command.create === command.updates ? updates : command.create };
    }
  }
}

/** The fields with their price as it is stored; the very same if it is so already. Throws `ValidationFailedError`. */
export function checkedFields<Values extends { basePrice?: number }>(values: Values, fields: Fields): Values {
  if (!isRecord(values)) throw new ValidationFailedError([], 'must be an object');
  const faults = fieldFaults(values, fields);
  if (faults.length > 0) throw new ValidationFailedError(faults);
  const { basePrice } = values;
  if (basePrice === undefined) return values;
  const price = withoutNoise(basePrice);
  return Object.is(price, basePrice) ? values : { ...values, basePrice: price };
}

function need(field: string, value: unknown, rule: Rule): void {
  const message = value === undefined ? MISSING : rule(value);
  if (message !== undefined) throw new ValidationFailedError([{ field, message }]);
}

function checkVersion(expected: ExpectedVersion | undefined): void {
  if (expected === undefined || [expected].flat().every((version) => Number.isSafeInteger(version))) return;
  throw new ValidationFailedError([{ field: 'expectedVersion', message: 'must be a whole number or a list of them' }]);
}
