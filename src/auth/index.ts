export { ForbiddenError, InvalidTokenError, UnauthorizedError } from './access.errors.js';
export { type AccessClaims, signAccessToken } from './access-tokens.js';
export { AuthModule } from './auth.module.js';
export { Access, type AccessLevel, type Author, ByAuthor } from './http/access.js';
export { addAccess, bearerToken } from './http/access.hook.js';
export { jwtSecret, knownJwtSecret } from './jwt-secret.js';
export { confinedTo, requireOwner } from './ownership.js';
export { TokenVerifier } from './token-verifier.js';
