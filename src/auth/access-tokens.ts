import { SignJWT } from 'jose';

export type AccessClaims = { role: 'admin' } | { role: 'service' } | { role: 'vendor'; vendorId: string };

/** What the server that checks the token is configured with. */
export interface Addressing {
  jwtAudience?: string | undefined;
  jwtIssuer?: string | undefined;
}

/** Signs a bearer token (HS256). `expiresIn` as jose understands it: `30d`, `12h`. */
export function signAccessToken(
  claims: AccessClaims,
  secret: string,
  expiresIn: string,
  { jwtAudience, jwtIssuer }: Addressing = {},
): Promise<string> {
  const token = new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(claims.role === 'vendor' ? claims.vendorId : claims.role)
    .setIssuedAt()
    .setExpirationTime(expiresIn);
  if (jwtAudience !== undefined) token.setAudience(jwtAudience);
  if (jwtIssuer !== undefined) token.setIssuer(jwtIssuer);
  return token.sign(new TextEncoder().encode(secret));
}
