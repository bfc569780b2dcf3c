import proxyAddr from '@fastify/proxy-addr';
import { ConfigError } from './config-error.js';
import type { Variables } from './variables.js';

/** `TRUST_PROXY`: addresses and CIDR ranges. */
export function trustedProxies(variables: Variables): string[] {
  const name = 'TRUST_PROXY';
  const proxies = variables.list(name);
  try {
    proxyAddr.compile(proxies);
  } catch {
    throw new ConfigError(`${name} must be addresses or ranges such as 10.0.0.0/8, not "${variables.text(name)}"`);
  }
  return proxies;
}

/** `CORS_ORIGINS`, exactly as browsers send them. */
export function origins(variables: Variables): string[] {
  const name = 'CORS_ORIGINS';
  const listed = variables.list(name);
  if (listed.length === 1 && listed[0] === '*') return listed;
  const wrong = listed.find((origin) => !isOrigin(origin));
  if (wrong !== undefined) {
    throw new ConfigError(`${name} must be * or origins such as https://shop.example, not "${wrong}"`);
  }
  return listed;
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
