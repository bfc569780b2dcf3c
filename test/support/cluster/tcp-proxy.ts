import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

const HOST = '127.0.0.1';
/** In `CLIENT SETNAME`. */
const PURPOSE = /mandi-inventory-sync:([\w-]+)/;

/** One client's connection to a server, which the test can spoil. */
export class TcpProxy {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private server: Server;
  private stalled = false;
  private readonly lateness = new Map<string | undefined, number>();

  private constructor(
    private readonly targetPort: () => number,
    readonly port: number,
  ) {}

  /** @param targetPort asked at every new connection: a restarted server may have another one */
  static async open(targetPort: () => number): Promise<TcpProxy> {
    const server = createServer();
    server.listen(0, HOST);
    await once(server, 'listening');
    const proxy = new TcpProxy(targetPort, (server.address() as AddressInfo).port);
    proxy.use(server);
    return proxy;
  }

  /** Resets what is open; new connections get through. */
  cut(): void {
    for (const pair of this.pairs) for (const socket of pair) reset(socket);
    this.pairs.clear();
  }

  /** Resets what is open; new connections are refused. */
  async refuse(): Promise<void> {
    this.cut();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  /** Connections stay open, new ones are accepted, and nothing gets through: a network that swallows all packets. */
  stall(): void {
    this.stalled = true;
    for (const pair of this.pairs) for (const socket of pair) socket.pause();
  }

  /**
   * What connections to Redis of one purpose, which the product names, send from now on comes so many milliseconds
   * late; Infinity: they are reset, and new ones as soon as they say their name.
   */
  delay(purpose: string, milliseconds: number): void {
    this.lateness.set(purpose, milliseconds);
  }

  async restore(): Promise<void> {
    this.stalled = false;
    for (const pair of this.pairs) for (const socket of pair) socket.resume();
    if (this.server.listening) return;
    const server = createServer();
    server.listen(this.port, HOST);
    await once(server, 'listening');
    this.use(server);
  }

  async close(): Promise<void> {
    await this.refuse();
  }

  private use(server: Server): void {
    server.on('connection', (client) => this.join(client));
    this.server = server;
  }

  private join(client: Socket): void {
    const upstream = connect(this.targetPort(), HOST);
    const pair = [client, upstream] as const;
    this.pairs.add(pair);
    let purpose: string | undefined;
    this.forward(client, upstream, (chunk) => {
      purpose ??= PURPOSE.exec(chunk.toString('latin1'))?.[1];
      return this.lateness.get(purpose) ?? 0;
    });
    this.forward(upstream, client);
    for (const socket of pair) {
      socket.setNoDelay(true);
      if (this.stalled) socket.pause();
      socket.on('error', () => pair.forEach(reset));
      socket.on('close', () => {
        this.pairs.delete(pair);
        for (const one of pair) one.destroySoon(); // after what is still to be sent
      });
    }
  }

  private forward(from: Socket, to: Socket, lateness: (chunk: Buffer) => number = () => 0): void {
    from.on('data', (chunk: Buffer) => {
      const late = lateness(chunk);
      if (late === Infinity) return reset(from);
      if (late > 0) return void setTimeout(() => to.write(chunk), late);
      if (to.write(chunk)) return;
      from.pause();
      to.once('drain', () => {
        if (!this.stalled) from.resume();
      });
    });
    from.on('end', () => to.end());
  }
}

/**
 * A socket that is just being shut down can't be reset: Node 20 neither does it nor closes the socket, and the process
 * never ends, but turns in a circle.
 */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
