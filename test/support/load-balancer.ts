import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startChild, waitFor } from './processes.js';
import { isInstalled } from './system-packages.js';

export interface LoadBalancer {
  url: string;
  stop(): Promise<void>;
}

/** Milliseconds, also for installing it. */
export const BALANCER_PATIENCE = 120_000;

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
  const folder = await mkdtemp(join(tmpdir(), 'mandi-balancer-'));
  const port = await freePort();
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
  const child = await startChild('haproxy', ['-db', '-f', config]);
  const url = `http://127.0.0.1:${port}`;
  const answers = async (): Promise<boolean> => (await fetch(`${url}/health/live`)).ok;
  try {
    await waitFor(async () => child.hasExited() || (await answers()), { what: 'HAProxy' });
    if (child.hasExited()) throw new Error(`haproxy ended at once: ${child.output()}`);
  } catch (error) {
    await child.stop('SIGKILL');
    throw error;
  }
  return {
    url,
    async stop() {
      await child.stop();
      await rm(folder, { recursive: true });
    },
  };
}
