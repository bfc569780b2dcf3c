import type { VendorAliasNames } from '../../../contracts/index.js';
import { BodyOf, fieldsOf, nullableRule, textRule } from '../../../validation/index.js';

const NAME = textRule(200);

/** A market as price files name it. */
export class VendorAliasBody extends BodyOf<VendorAliasNames>(
  fieldsOf({ state: NAME, district: nullableRule(NAME), market: NAME }, ['state', 'market']),
) {}
