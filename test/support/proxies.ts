import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, freePort, startChild, waitFor } from './processes.js';
import { isInstalled } from './system-packages.js';

export interface Proxy {
  url: string;
  stop(): Promise<void>;
}

/** Where the committed files say that the instances and the proxy listen. */
const ADDRESSES = /127\.0\.0\.1:300([01])\b/g;
const LISTENS = /(listen |bind :)8080\b/;

/** nginx with `ops/nginx/mandi.conf`, but for the addresses. */
export async function startNginx(instances: readonly string[]): Promise<Proxy> {
  if (!(await isInstalled('nginx', ['-v']))) throw new Error('The tests need nginx: install it');
  return startProxy('ops/nginx/mandi.conf', instances, async (folder, own) => {
    await mkdir(join(folder, 'temp'), { mode: 0o777 });
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${join(folder, 'temp', name)};`,
    );
    const text = `
      ${process.getuid?.() === 0 ? 'user root;' : ''}
      pid ${join(folder, 'nginx.pid')};
      events {}
      http { access_log off; ${temporary.join(' ')} ${own} }`;
    await writeFile(join(folder, 'nginx.conf'), text);
    const config = join(folder, 'nginx.conf');
    return startChild('nginx', ['-c', config, '-p', folder, '-e', 'stderr', '-g', 'daemon off;']);
  });
}

/** HAProxy with `ops/haproxy/haproxy.cfg`, but for the addresses. */
export async function startHaproxy(
  instances: readonly string[],
  file = 'ops/haproxy/haproxy.cfg',
  edit = (config: string): string => config,
): Promise<Proxy> {
  if (!(await isInstalled('haproxy', ['-v']))) throw new Error('The tests need HAProxy: install haproxy');
  return startProxy(file, instances, async (folder, own) => {
    const config = join(folder, 'haproxy.cfg');
    await writeFile(config, edit(own));
    return startChild('haproxy', ['-db', '-f', config]);
  });
}

/** HAProxy with the file of `docker-compose.yml`, but for the addresses, which Docker would resolve. */
export async function startComposeProxy(instances: readonly string[]): Promise<Proxy> {
  const servers = instances.map((url, index) => `  server app${index} ${new URL(url).host}\n`).join('');
  return startHaproxy(instances, 'ops/compose/haproxy.cfg', (config) =>
    config.replaceAll(/^ {2}server-template app .*\n/gm, servers),
  );
}

async function startProxy(
  file: string,
  instances: readonly string[],
  start: (folder: string, config: string) => Promise<Child>,
): Promise<Proxy> {
  return runProxy(`the proxy of ${file}`, async (folder, port) => {
    const config = (await readFile(file, 'utf8'))
      .replaceAll(ADDRESSES, (_address, index: string) => new URL(instances[Number(index)]!).host)
      .replace(LISTENS, (_listens, how: string) =>
        how.startsWith('listen') ? `${how}127.0.0.1:${port}` : `${how.replace(':', '127.0.0.1:')}${port}`,
      );
    return start(folder, config);
  });
}

/** Ports that are tried: another process may take a free one before the proxy does. */
const PORTS = 3;

/** @param start begins to listen on the port, with files of its own in the folder */
export async function runProxy(
  what: string,
  start: (folder: string, port: number) => Promise<Child>,
  ports = PORTS,
): Promise<Proxy> {
  const folder = await mkdtemp(join(tmpdir(), 'mandi-proxy-'));
  const port = await freePort();
  const child = await start(folder, port);
  const url = `http://127.0.0.1:${port}`;
  const stop = async (signal?: NodeJS.Signals): Promise<void> => {
    await child.stop(signal);
    await rm(folder, { recursive: true, maxRetries: 5 });
  };
  try {
    const answers = async (): Promise<boolean> => (await fetch(`${url}/health/live`)).ok;
    await waitFor(async () => child.hasExited() || (await answers()), { what });
    if (child.hasExited()) throw new Error(`${what} ended at once: ${child.output()}`);
  } catch (error) {
    await stop('SIGKILL');
    if (ports > 1 && /address already in use/i.test(child.output())) return runProxy(what, start, ports - 1);
    throw error;
  }
  return { url, stop: () => stop() };
}
