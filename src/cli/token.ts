import { parseArgs } from 'node:util';
import { type AccessClaims, jwtSecret, signAccessToken } from '../auth/index.js';
import { loadConfig } from '../config/index.js';

const USAGE = 'Usage: npm run token -- --role admin | --role vendor --vendor ID [--expires 30d]';

/** Prints a bearer token signed with `JWT_SECRET`, or with the embedded server's secret. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { role: { type: 'string' }, vendor: { type: 'string' }, expires: { type: 'string', default: '30d' } },
  });
  const claims = claimsOf(values.role, values.vendor);
  const config = loadConfig();
  const secret = await jwtSecret(config);
  if (secret === undefined) throw new Error('There is nothing to sign with: set JWT_SECRET');
  process.stdout.write(`${await signAccessToken(claims, secret, values.expires, config)}\n`);
}

function claimsOf(role: string | undefined, vendorId: string | undefined): AccessClaims {
  if (role === 'admin' && vendorId === undefined) return { role };
  if (role === 'vendor' && vendorId !== undefined) return { role, vendorId };
  throw new Error(USAGE);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
