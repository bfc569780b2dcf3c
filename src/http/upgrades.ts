import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Where Socket.IO listens; requests for anything else are never upgraded. */
export const WEBSOCKET_PATH = '/socket.io/';

/** What a request for a resource begins with; `CONNECT` names a host, and is Node's to refuse. */
const RESOURCE = /^(?:\/|\*|https?:)/i;

/** What Node's requests have here beside their own. */
interface Upgradable {
  /**
   * Whether the client has offered what is not taken up. Node's parser drops what comes in one piece with such a
   * request, so the answer has to end the connection: a client that has sent more learns that it is to be sent again.
   */
  upgradeIgnored?: true;
  /** Whether it is an upgrade. */
  upgradeAsked?: boolean;
}

/** Nothing is kept of requests that ask for no upgrade, which nearly all are. */
const upgrade: PropertyDescriptor & ThisType<IncomingMessage & Upgradable> = {
  get() {
    return this.upgradeAsked === true;
  },
  set(asked: boolean | null) {
    if (asked !== true) {
      if (this.upgradeAsked === true) this.upgradeAsked = false;
    } else if (RESOURCE.test(this.url!) && !this.url!.startsWith(WEBSOCKET_PATH)) this.upgradeIgnored = true;
    else this.upgradeAsked = true;
  },
};

/**
 * A request that Node takes for an upgrade only where there is something to upgrade to. Any server may ignore an
 * `Upgrade` that it has no use for (RFC 9110, 7.8), and clients count on it: Java's `HttpClient` and `curl --http2`
 * offer `h2c` with each request. Node itself hands every request with that header to the listeners of `upgrade`, if
 * there are any, and forgets it as a request; its switch for that (`shouldUpgradeCallback`) is newer than Node.js 20.
 * Its parser sets the URL before it says whether an upgrade is asked for.
 *
 * A function as `IncomingMessage` is one, where that is so: a class that extends it takes a cached search from 17 to
 * 20 µs, as V8 makes its objects the slow way.
 */
export const UpgradableRequest = upgradable(IncomingMessage);

/** @param request Node's `IncomingMessage`, or a class like it */
export function upgradable(request: typeof IncomingMessage): typeof IncomingMessage {
  if (Function.prototype.toString.call(request).startsWith('class')) {
    const extended = class extends request {};
    Object.defineProperty(extended.prototype, 'upgrade', upgrade);
    return extended;
  }
  const initialise = request as unknown as (this: IncomingMessage, socket: Socket) => void;
  function inherited(this: IncomingMessage, socket: Socket): void {
    initialise.call(this, socket);
  }
  inherited.prototype = Object.create(request.prototype, { upgrade }) as IncomingMessage;
  return inherited as unknown as typeof IncomingMessage;
}

export const ignoresUpgrade = (request: IncomingMessage): boolean =>
  (request as IncomingMessage & Upgradable).upgradeIgnored === true;

export function endAfterIgnoredUpgrade({ raw }: FastifyRequest, reply: FastifyReply, done: () => void): void {
  if (ignoresUpgrade(raw)) void reply.header('connection', 'close');
  done();
}
