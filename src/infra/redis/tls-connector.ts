import type { Redis, RedisOptions } from 'ioredis';
import { SentinelConnector, StandaloneConnector } from 'ioredis/built/connectors/index.js';

type Connector = NonNullable<RedisOptions['Connector']>;
type Failed = (error: Error) => void;
type Connect = StandaloneConnector['connect'];

/** Typed without what ioredis calls private: only there the connections to the sentinels can be reached. */
type AsksSentinels = new (...args: ConstructorParameters<typeof SentinelConnector>) => {
  connect(...args: Parameters<Connect>): ReturnType<Connect>;
  connectToSentinel(address: object, options?: RedisOptions): Redis;
};

/**
 * For connections with TLS. Of a socket that is closed during its handshake, as nodes of a cluster are when none
 * answers, Node.js reports two errors if the certificate isn't trusted: that, and what the server then says of the end.
 * ioredis (5.11) listens for one, and the other would end the process.
 *
 * @param failed called with the first error of each connection that fails
 */
export function tlsConnector(failed: Failed = () => undefined): Connector {
  class Listening extends StandaloneConnector {
    override async connect(...args: Parameters<Connect>): ReturnType<Connect> {
      return listen(await super.connect(...args), failed);
    }
  }
  return Listening as unknown as Connector;
}

/** The same for connections to the master that sentinels name, and for those to the sentinels. */
export function tlsSentinelConnector(failed: Failed = () => undefined): Connector {
  class Listening extends (SentinelConnector as unknown as AsksSentinels) {
    override async connect(...args: Parameters<Connect>): ReturnType<Connect> {
      return listen(await super.connect(...args), failed);
    }

    override connectToSentinel(address: object, options?: RedisOptions): Redis {
      return super.connectToSentinel(address, { ...options, Connector: tlsConnector(failed) });
    }
  }
  return Listening as unknown as Connector;
}

const listen = <Stream extends NodeJS.EventEmitter>(stream: Stream, failed: Failed): Stream =>
  stream.once('error', failed).on('error', () => undefined);
