import { Injectable, Logger } from '@nestjs/common';
import { errors, type JWTPayload, jwtVerify, type JWTVerifyOptions, type JWTVerifyResult } from 'jose';
import { LRUCache } from 'lru-cache';
import { AppConfig } from '../config/index.js';
import type { Principal } from '../contracts/index.js';
import { Clock, UnavailableError } from '../infra/index.js';
import { ID } from '../validation/index.js';
import { InvalidTokenError } from './access.errors.js';
import type { TokenKeys } from './token-keys.js';

/** Characters. Real tokens are shorter, and each remembered token costs memory. */
const MAX_TOKEN = 4_096;
const CACHED_TOKENS = 10_000;
/** Seconds that clocks may differ. */
const CLOCK_TOLERANCE = 5;
/** A subject ends up in keys. */
const SUBJECT = /^[\x21-\x7e]{1,200}$/;

interface Verified {
  principal: Principal;
  /** Milliseconds on `Clock`'s clock. */
  until: number;
}

/**
 * Says whom a token stands for. A signature is checked once per token: at thousands of writes a second by a few
 * writers, checking it each time takes longer than everything else before the database.
 */
@Injectable()
export class TokenVerifier {
  private readonly logger = new Logger(TokenVerifier.name);
  private readonly verified = new LRUCache<string, Verified>({ max: CACHED_TOKENS });

  constructor(
    private readonly keys: TokenKeys | null,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** At once for a token that was seen before. Throws or rejects like `check`. */
  verify(token: string): Principal | Promise<Principal> {
    return this.known(token) ?? this.check(token);
  }

  /** Undefined unless the token was found valid before, and still is. */
  known(token: string): Principal | undefined {
    const known = this.verified.get(token);
    return known !== undefined && this.clock.now() < known.until ? known.principal : undefined;
  }

  /** Throws `InvalidTokenError`, and `UnavailableError` if `JWKS_URL` can't be reached. */
  private async check(token: string): Promise<Principal> {
    if (this.keys === null) throw new InvalidTokenError('this server has no keys to check it with');
    if (token.length > MAX_TOKEN) throw new InvalidTokenError('it is too long');
    const { payload } = await this.verifySignature(token, this.keys);
    const principal = principalOf(payload);
    const expires = payload.exp === undefined ? Number.POSITIVE_INFINITY : (payload.exp + CLOCK_TOLERANCE) * 1_000;
    this.verified.set(token, { principal, until: Math.min(expires, this.clock.now() + this.keys.trustFor) });
    return principal;
  }

  private async verifySignature(token: string, { key, algorithms }: TokenKeys): Promise<JWTVerifyResult> {
    const options: JWTVerifyOptions = {
      algorithms,
      clockTolerance: CLOCK_TOLERANCE,
      currentDate: new Date(this.clock.now()),
      ...(this.config.jwtAudience !== undefined && { audience: this.config.jwtAudience }),
      ...(this.config.jwtIssuer !== undefined && { issuer: this.config.jwtIssuer }),
    };
    try {
      return await verifyWith(token, key, options);
    } catch (error) {
      if (isTokenFault(error)) throw new InvalidTokenError(error.message);
      this.logger.warn(`JWKS_URL: ${error instanceof Error ? error.message : String(error)}`);
      throw new UnavailableError('The keys to check the token with are out of reach');
    }
  }
}

/** Rejects with jose's errors. */
async function verifyWith(token: string, key: TokenKeys['key'], options: JWTVerifyOptions): Promise<JWTVerifyResult> {
  if (typeof key !== 'function') return jwtVerify(token, key, options);
  try {
    return await jwtVerify(token, key, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    return verifyWithAny(token, error, options);
  }
}

/** A token needn't say which key of a set has signed it; then it is one of those that its algorithm fits. */
async function verifyWithAny(
  token: string,
  keys: errors.JWKSMultipleMatchingKeys,
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  for await (const key of keys) {
    try {
      return await jwtVerify(token, key, options);
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

/** jose's errors are about the token, but for those about the key set. */
function isTokenFault(error: unknown): error is errors.JOSEError {
  if (!(error instanceof errors.JOSEError)) return false;
  return !(
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    error.code === 'ERR_JOSE_GENERIC'
  );
}

function principalOf({ role, vendorId, sub }: JWTPayload): Principal {
  const subject = typeof sub === 'string' && SUBJECT.test(sub) ? sub : undefined;
  if (role === 'admin' || role === 'service') return { role, subject: subject ?? role };
  if (role !== 'vendor') throw new InvalidTokenError('its role is neither vendor, service nor admin');
  if (typeof vendorId !== 'string' || !ID.test(vendorId)) {
    throw new InvalidTokenError('a token of a vendor needs a vendorId');
  }
  return { role, vendorId, subject: subject ?? vendorId };
}
