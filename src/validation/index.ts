export { IdPipe, validationPipe } from './validation.pipe.js';
export { fieldFaults, type Fields, fieldsOf, isRecord, isSound } from './fields.js';
export * from './price.js';
export * from './rules.js';
export * from './validators.js';
export { PatchType } from './patch-type.js';
export { MAX_ERRORS } from './fields.js';
export { MAX_FIELD_LENGTH } from './fields.js';
export { refuseInheritedNames } from './prototype-pollution.guard.js';
