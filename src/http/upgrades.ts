import { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Where Socket.IO listens; requests for anything else are never upgraded. */
export const WEBSOCKET_PATH = '/socket.io/';

/** What a request for a resource begins with; `CONNECT` names a host, and is Node's to refuse. */
const RESOURCE = /^(?:\/|\*|https?:)/i;

/**
 * A request that Node takes for an upgrade only where there is something to upgrade to. Any server may ignore an
 * `Upgrade` that it has no use for (RFC 9110, 7.8), and clients count on it: Java's `HttpClient` and `curl --http2`
 * offer `h2c` with each request. Node itself hands every request with that header to the listeners of `upgrade`, if
 * there are any, and forgets it as a request; its switch for that (`shouldUpgradeCallback`) is newer than Node.js 20.
 * Its parser sets the URL before it says whether an upgrade is asked for.
 */
export class UpgradableRequest extends IncomingMessage {
  /**
   * Whether the client has offered what is not taken up. Node's parser drops what comes in one piece with such a
   * request, so the answer has to end the connection: a client that has sent more learns that it is to be sent again.
   */
  upgradeIgnored?: boolean;
  private asked?: boolean | null;

  get upgrade(): boolean | null {
    return this.asked ?? null;
  }

  set upgrade(asked: boolean | null) {
    this.upgradeIgnored = asked === true && RESOURCE.test(this.url!) && !this.url!.startsWith(WEBSOCKET_PATH);
    this.asked = this.upgradeIgnored ? false : asked;
  }
}

export const ignoresUpgrade = (request: IncomingMessage): boolean =>
  (request as UpgradableRequest).upgradeIgnored === true;

export function endAfterIgnoredUpgrade({ raw }: FastifyRequest, reply: FastifyReply, done: () => void): void {
  if (ignoresUpgrade(raw)) void reply.header('connection', 'close');
  done();
}
