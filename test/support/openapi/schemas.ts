import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Schema } from '../../../src/openapi/types.js';
import { dayRule } from '../../../src/validation/index.js';
import { DOCUMENT } from './document.js';

const FORMATS = {
  date: (text: string) => dayRule(text) === undefined,
  uuid: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  uri: /^[a-z][a-z0-9+.-]*:./,
};

// Prices are multiples of 0.01, which binary fractions are only nearly.
const ajv = new Ajv2020({
  strict: true,
  allowUnionTypes: true,
  allErrors: true,
  multipleOfPrecision: 4,
  formats: FORMATS,
});
ajv.addVocabulary(['components']);
ajv.addSchema({ $id: 'document', components: DOCUMENT.components });

const compiled = new Map<Schema, ValidateFunction>();

/** What is wrong with a value, by a schema of the document. */
export function faults(schema: Schema, value: unknown): unknown[] {
  let validate = compiled.get(schema);
  if (!validate) {
    validate = ajv.compile(inDocument(schema));
    compiled.set(schema, validate);
  }
  return validate(value) ? [] : [{ value, errors: validate.errors }];
}

/** References are to the document, not to the schema they stand in. */
function inDocument(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"document#/')) as Schema;
}
