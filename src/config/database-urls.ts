import { ConfigError } from './config-error.js';
import { hostsOf } from './database-hosts.js';
import type { Variables } from './variables.js';

/** As PostgreSQL's own programs know them, and the driver's `no-verify`. */
const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/** The product writes; on a server that only reads it has nothing to do. */
const SESSION_ATTRIBUTES = ['read-write', 'primary'];

/** Of one server, or of several: `postgres://user@one:5432,two:5432/market`. */
export function databaseUrl(variables: Variables): string | undefined {
  const text = variables.text('DATABASE_URL');
  if (text === undefined) return undefined;
  for (const { url } of hostsOf(text)) {
    // The value may hold a password, so the message doesn't repeat it.
    if (!isUrl(url)) throw new ConfigError('DATABASE_URL must be a URL that begins with postgres:// or postgresql://');
  }
  checkParameters('DATABASE_URL', hostsOf(text)[0]!.url, SESSION_ATTRIBUTES);
  return asTheDriverHasIt(text);
}

/** Asks the driver for the modes of PostgreSQL's own programs, of which most verify less. */
const AS_LIBPQ = /[?&]uselibpqcompat=true(?:&|$)/;

/** Otherwise it takes these modes for `verify-full`, and says so in six lines at each start. */
const asTheDriverHasIt = (url: string): string =>
  AS_LIBPQ.test(url) ? url : url.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/, '$1verify-full');

/** `libpq` may have been told so elsewhere; which server answers is looked at anyway. */
const REPLICA_ATTRIBUTES = ['any', 'read-only', 'standby', 'prefer-standby'];

/** `DATABASE_REPLICA_URLS`: separated by commas, or by spaces; each of one server, so that each is known by itself. */
export function replicaUrls(variables: Variables): string[] {
  const name = 'DATABASE_REPLICA_URLS';
  const urls = (variables.text(name) ?? '').split(/\s+|,\s*(?=postgres(?:ql)?:)/).map((url) => url.replace(/,$/, ''));
  const given = urls.filter((url) => url !== '');
  for (const url of given) {
    if (hostsOf(url).length > 1 || !isUrl(url)) {
      throw new ConfigError(
        `${name} must be URLs of one server each, separated by commas, that begin with postgres:// or postgresql://`,
      );
    }
    checkParameters(name, url, REPLICA_ATTRIBUTES);
  }
  if (given.length > 0 && variables.text('DATABASE_URL') === undefined) {
    throw new ConfigError(`${name} needs DATABASE_URL: the embedded PostgreSQL has no replicas`);
  }
  return given.map(asTheDriverHasIt);
}

const isUrl = (url: string): boolean =>
  URL.canParse(url) && ['postgres:', 'postgresql:'].includes(new URL(url).protocol);

function checkParameters(name: string, url: string, attributes: readonly string[]): void {
  const { searchParams } = new URL(url);
  checkParameter(`${name} has an sslmode`, searchParams.get('sslmode'), SSL_MODES);
  checkParameter(`${name} has target_session_attrs`, searchParams.get('target_session_attrs'), attributes);
}

function checkParameter(what: string, value: string | null, known: readonly string[]): void {
  if (value === null || known.includes(value)) return;
  throw new ConfigError(`${what} that is none of ${known.join(', ')}: "${value}"`);
}
