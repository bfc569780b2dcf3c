import { readJwtSecret, signAccessToken } from '../auth/index.js';
import { isLoopback, loadConfig } from '../config/index.js';
import type { Server } from './http-client.js';

/** The server, with a token if one was given or there is one to be had. */
export async function withToken(server: Server): Promise<Server> {
  return server.token === undefined ? { ...server, token: await localToken(server.url) } : server;
}

/**
 * A short-lived admin token for the server on this machine, signed with its own secret, so that the tools just work
 * beside `npm start`. `undefined` when there is no secret here.
 *
 * @param url only a loopback address gets a token: other hosts must not see an admin token that the user did not ask
 *   for
 */
async function localToken(url: string): Promise<string | undefined> {
  if (!isLoopback(new URL(url).hostname)) return undefined;
  const config = loadConfig();
  const secret = await readJwtSecret(config);
  return secret === undefined ? undefined : signAccessToken({ role: 'admin' }, secret, '1d', config);
}
