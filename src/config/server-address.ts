import { isIPv4, isIPv6 } from 'node:net';
import { ConfigError } from './config-error.js';
import { dotEnv } from './environment.js';
import { type Environment, Variables } from './variables.js';

export interface ServerAddress {
  host: string;
  /** 0 picks a free port. */
  port: number;
}

/** Where a server listens: `HOST` and `PORT`. Throws `ConfigError` for a bad port. */
export function serverAddress(variables: Variables): ServerAddress {
  return {
    host: variables.text('HOST', '127.0.0.1'),
    port: variables.integer('PORT', 3000, 0, 65_535),
  };
}

/** Connections to these go nowhere: a server that listens on all addresses is reached on its own machine's. */
const ANY_ADDRESS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/**
 * The URL under which a program on the same machine, started with the same environment, finds the server.
 *
 * @throws ConfigError for a bad `PORT` or `HOST`, and for port 0, which says nothing about the port that was taken
 */
export function serverUrl(env?: Environment): string {
  const { host, port } = serverAddress(env ? new Variables(env) : new Variables(process.env, dotEnv()));
  if (port === 0) throw new ConfigError('PORT is 0, so the server has taken a free port: give its address with --url');
  const url = urlOf({ host, port });
  if (!URL.canParse(url)) throw new ConfigError(`HOST must be a host name or an address, not "${host}"`);
  return url;
}

/** Where a program on the same machine reaches a server that listens there. */
export function urlOf({ host, port }: ServerAddress): string {
  const address = ANY_ADDRESS[host] ?? host;
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}

/** Whether only programs on the same machine reach this host. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  return address === 'localhost' || address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}
