import type { VendorFields } from '../../contracts/index.js';
import { ValidationFailedError } from '../../infra/index.js';
import {
  fieldFaults,
  fieldsOf,
  idRule,
  languageRule,
  listRule,
  namesRule,
  nullableRule,
  type Rule,
  textRule,
} from '../../validation/index.js';

const placeRule = nullableRule(textRule(200));

/** What the fields of a vendor may be, in requests and calls of the service alike. */
const VENDOR_RULES: Readonly<Record<keyof VendorFields, Rule>> = {
  name: textRule(200),
  names: namesRule,
  market: placeRule,
  district: placeRule,
  state: placeRule,
  languages: listRule(languageRule, 64),
};

/** The page of a vendor called `search` would be hidden by the vendor search. */
const vendorIdRule: Rule = (value) => idRule(value) ?? (value === 'search' ? 'must not be search' : undefined);

export const NEW_VENDOR = fieldsOf({ id: vendorIdRule, ...VENDOR_RULES }, ['name']);
export const VENDOR_UPDATES = fieldsOf(VENDOR_RULES);

/** Throws `ValidationFailedError`. */
export function checkNewVendor(data: object): void {
  refuse(fieldFaults({ ...data }, NEW_VENDOR));
}

/** Throws `ValidationFailedError`. */
export function checkVendorUpdates(updates: object): void {
  refuse(fieldFaults({ ...updates }, VENDOR_UPDATES));
}

function refuse(faults: ReturnType<typeof fieldFaults>): void {
  if (faults.length > 0) throw new ValidationFailedError(faults);
}
