import { parseArgs } from 'node:util';
import { type AccessClaims, jwtSecret, signAccessToken } from '../auth/index.js';
import { type AppConfig, loadConfig } from '../config/index.js';
import { CliError, UsageError } from './run-cli.js';

export const TOKEN_USAGE = `Usage: npm run token -- --role admin | --role service | --role vendor --vendor ID [--expires 30d]

Prints a bearer token, signed with JWT_SECRET or with the secret of the embedded server in DATA_DIR.

  --role ROLE     admin: everything; vendor: the inventory of one vendor;
                  service: to consume events, and nothing else
  --vendor ID     the vendor, with --role vendor
  --expires TIME  how long it is valid, such as 90m, 12h or 30d (default 30d)
  --help          this text
`;

export async function tokenCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      role: { type: 'string' },
      vendor: { type: 'string' },
      expires: { type: 'string', default: '30d' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write(TOKEN_USAGE);
    return;
  }
  const claims = claimsOf(values.role, values.vendor);
  const config = loadConfig();
  const secret = await jwtSecret(config);
  if (secret === undefined) throw new CliError('There is nothing to sign with: set JWT_SECRET');
  process.stdout.write(`${await signed(claims, secret, values.expires, config)}\n`);
}

async function signed(claims: AccessClaims, secret: string, expires: string, config: AppConfig): Promise<string> {
  try {
    return await signAccessToken(claims, secret, expires, config);
  } catch (error) {
    // How jose refuses a time.
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(`--expires must be a time such as 90m, 12h or 30d, not "${expires}"`);
  }
}

function claimsOf(role: string | undefined, vendorId: string | undefined): AccessClaims {
  if ((role === 'admin' || role === 'service') && vendorId === undefined) return { role };
  if (role === 'vendor' && vendorId !== undefined) return { role, vendorId };
  throw new UsageError('Say --role admin, --role service, or --role vendor with --vendor ID');
}
