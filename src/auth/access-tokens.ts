import { SignJWT } from 'jose';

export type AccessClaims = { role: 'admin' } | { role: 'vendor'; vendorId: string };

/** Signs a bearer token (HS256). `expiresIn` as jose understands it: `30d`, `12h`. */
export function signAccessToken(claims: AccessClaims, secret: string, expiresIn: string): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(claims.role === 'vendor' ? claims.vendorId : 'admin')
    .setIssuedAt()
    .setExpirationTime(expiresIn)
    .sign(new TextEncoder().encode(secret));
}
