import type { RedisOptions } from 'ioredis';
import { SentinelConnector, StandaloneConnector } from 'ioredis/built/connectors/index.js';

type Connector = NonNullable<RedisOptions['Connector']>;

/**
 * For connections with TLS. Of a socket that is closed during its handshake, as nodes of a cluster are when none
 * answers, Node.js reports two errors if the certificate isn't trusted: that, and what the server then says of the end.
 * ioredis (5.11) listens for one, and the other would end the process.
 *
 * @param failed called with the first error of each connection that fails
 */
export function tlsConnector(bySentinels: boolean, failed: (error: Error) => void = () => undefined): Connector {
  const listen = <Stream extends NodeJS.EventEmitter>(stream: Stream): Stream =>
    stream.once('error', failed).on('error', () => undefined);
  // Both connect in the same way.
  const Base = (bySentinels ? SentinelConnector : StandaloneConnector) as typeof StandaloneConnector;
  class Listening extends Base {
    override async connect(
      ...args: Parameters<StandaloneConnector['connect']>
    ): ReturnType<StandaloneConnector['connect']> {
      return listen(await super.connect(...args));
    }
  }
  return Listening as unknown as Connector;
}
