import { once } from 'node:events';
import { createServer } from 'node:net';
import { ConfigError } from './config-error.js';
import type { ServerAddress } from './server-address.js';

/**
 * Whether the server will be able to listen, so that a start on a port in use fails before anything has been started.
 *
 * @throws ConfigError
 */
export async function checkAddress({ host, port }: ServerAddress): Promise<void> {
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    throw new ConfigError(reason(host, port, (error as NodeJS.ErrnoException).code ?? String(error)));
  }
  server.close();
  await once(server, 'close');
}

function reason(host: string, port: number, code: string): string {
  if (code === 'EADDRINUSE') return `PORT ${port} of ${host} is in use`;
  if (code === 'EACCES') return `PORT ${port} is one that this user may not listen on`;
  return `HOST ${host} is no address of this machine (${code})`;
}
