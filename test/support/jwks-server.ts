import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { webcrypto } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SigningKey {
  kid: string;
  privateKey: webcrypto.CryptoKey;
  publicJwk: Record<string, unknown>;
}

export async function signingKey(kid: string, alg = 'RS256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  return { kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

export function signWith(
  { kid, privateKey, publicJwk }: SigningKey,
  payload: JWTPayload,
  /** Whether the token says which key has signed it. */
  { named = true } = {},
): Promise<string> {
  return new SignJWT({ exp: Math.floor(Date.now() / 1_000) + 3_600, ...payload })
    .setProtectedHeader({ alg: publicJwk.alg as string, ...(named && { kid }) })
    .sign(privateKey);
}

/** An identity provider's key set, on a port of its own; `keys` may be replaced at any time. */
export interface JwksServer {
  url: string;
  keys: SigningKey[];
  /** Requests answered. */
  readonly asked: number;
  close(): Promise<void>;
}

export async function startJwksServer(keys: SigningKey[]): Promise<JwksServer> {
  let asked = 0;
  const state = { keys };
  const server = createServer((_request, response) => {
    asked += 1;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: state.keys.map(({ publicJwk }) => publicJwk) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    get asked() {
      return asked;
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}
