import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import type { AppConfig } from '../config/index.js';
import { jwtSecret } from './jwt-secret.js';

/**
 * What tokens are checked with. The algorithms are pinned by the kind of key, never taken from the token: a public
 * key can't be passed off as an HMAC secret, and `none` is not an algorithm.
 */
export interface TokenKeys {
  key: Uint8Array | JWTVerifyGetKey;
  algorithms: string[];
  /** Milliseconds a token that was found valid needn't be checked again: how long a withdrawn key may go on. */
  trustFor: number;
}

const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const SECONDS = 1_000;
const MINUTES = 60 * SECONDS;

/** `null` if no key is configured: then no token is valid. */
export async function tokenKeys(config: AppConfig): Promise<TokenKeys | null> {
  if (config.jwksUrl !== undefined) {
    const key = createRemoteJWKSet(new URL(config.jwksUrl), {
      timeoutDuration: 3 * SECONDS,
      // A token with an unknown key id makes it look again, but not more often than this.
      cooldownDuration: 10 * SECONDS,
      cacheMaxAge: 5 * MINUTES,
    });
    return { key, algorithms: ASYMMETRIC, trustFor: MINUTES };
  }
  const secret = await jwtSecret(config);
  if (secret === undefined) return null;
  return { key: new TextEncoder().encode(secret), algorithms: ['HS256'], trustFor: Number.POSITIVE_INFINITY };
}
