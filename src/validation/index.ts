export { IdPipe, validationPipe } from './validation.pipe.js';
export * from './validators.js';
export { PatchType } from './patch-type.js';
export { refuseInheritedNames } from './prototype-pollution.guard.js';
