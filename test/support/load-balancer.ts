import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from './processes.js';
import { type Proxy, runProxy } from './proxies.js';
import { isInstalled } from './system-packages.js';

export type LoadBalancer = Proxy;

/** Milliseconds, also for installing it. */
export const BALANCER_TIMEOUT = 120_000;

/**
 * HAProxy in front of some servers: each request goes to the next one in turn, also those of one client.
 *
 * @param rules more lines of the front, such as what it refuses
 */
export async function startLoadBalancer(
  servers: readonly string[],
  rules: readonly string[] = [],
): Promise<LoadBalancer> {
  if (!(await isInstalled('haproxy', ['-v']))) {
    throw new Error('This test needs HAProxy: install haproxy, or run it as root on Debian or Ubuntu');
  }
  return runProxy('HAProxy', async (folder, port) => {
    const config = join(folder, 'haproxy.cfg');
    await writeFile(
      config,
      [
        'global',
        'defaults',
        '  mode http',
        ...['connect 5s', 'client 30s', 'server 30s', 'tunnel 60s'].map((timeout) => `  timeout ${timeout}`),
        'frontend front',
        `  bind 127.0.0.1:${port}`,
        ...rules.map((rule) => `  ${rule}`),
        '  default_backend instances',
        'backend instances',
        '  balance roundrobin',
        ...servers.map((server, index) => `  server app${index} ${new URL(server).host}`),
        '',
      ].join('\n'),
    );
    return startChild('haproxy', ['-db', '-f', config]);
  });
}
