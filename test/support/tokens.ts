import { type AccessClaims, signAccessToken } from '../../src/auth/index.js';

/** What instances under test check tokens with. */
export const JWT_SECRET = 'a secret of these tests alone, of 32 bytes and more';

export async function bearer(claims: AccessClaims = { role: 'admin' }): Promise<string> {
  return `Bearer ${await signAccessToken(claims, JWT_SECRET, '1d')}`;
}
