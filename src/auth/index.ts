export { type AccessClaims, signAccessToken } from './access-tokens.js';
export { jwtSecret } from './jwt-secret.js';
