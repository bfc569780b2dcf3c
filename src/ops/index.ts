export { OpsModule } from './ops.module.js';
export { isClean, type VerifyReport, verifyLog } from './verify/verify-log.js';
