export { IdPipe, validationPipe } from './validation.pipe.js';
export { fieldErrors } from './field-errors.js';
export { fieldFaults, type Fields, fieldsOf, isRecord, isSound } from './fields.js';
export * from './price.js';
export * from './rules.js';
export * from './validators.js';
export { PatchType } from './patch-type.js';
export { refuseInheritedNames } from './prototype-pollution.guard.js';
