export { ForbiddenError, InvalidTokenError, UnauthorizedError } from './access.errors.js';
export { type AccessClaims, signAccessToken } from './access-tokens.js';
export { AuthModule } from './auth.module.js';
export { Access, type AccessLevel, type Author, CurrentActor } from './http/access.js';
export { addAccess, sentToken } from './http/access.hook.js';
export { jwtSecret, readJwtSecret } from './jwt-secret.js';
export { vendorScopeOf, requireOwner } from './ownership.js';
export { TokenVerifier } from './token-verifier.js';
