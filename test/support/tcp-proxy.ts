import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy that fails over: its clients' connections stay open whatever becomes of the server's. */
export interface TcpProxy {
  host: string;
  port: number;
  /** Has all connections, those that are open as well, lead to another server. */
  switchTo(port: number): Promise<void>;
  /** Has connections made from now on lead to another server; those that are open stay where they are. */
  redirect(port: number): void;
  /** Nothing passes on the connections that are open, which stay so. Later ones work. */
  silence(): void;
  /** What clients send from now on is kept back, as on a link that stalls. */
  stall(): void;
  /** What was kept back arrives, and all that comes after it. */
  deliver(): void;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** @param port of the server on 127.0.0.1 */
export async function startTcpProxy(port: number): Promise<TcpProxy> {
  let target = port;
  let stalled = false;
  const links = new Map<Socket, Socket>();

  const link = (client: Socket): Socket => {
    const server = connect({ host: HOST, port: target });
    server.on('data', (bytes) => client.write(bytes));
    server.on('error', () => client.destroy());
    // Only the end of the connection that is in use ends the client's.
    server.on('close', () => links.get(client) === server && client.destroy());
    links.set(client, server);
    return server;
  };
  const proxy = createServer((client) => {
    link(client);
    if (stalled) client.pause();
    client.on('data', (bytes) => links.get(client)!.write(bytes));
    client.on('error', () => client.destroy());
    client.on('close', () => {
      const server = links.get(client);
      links.delete(client);
      server?.destroy();
    });
  }).listen(0, HOST);
  await once(proxy, 'listening');

  return {
    host: HOST,
    port: (proxy.address() as AddressInfo).port,
    async switchTo(next) {
      target = next;
      const former = [...links];
      const now = former.map(([client]) => link(client));
      for (const [, server] of former) server.destroy();
      await Promise.all(now.map((server) => once(server, 'connect')));
    },
    redirect(next) {
      target = next;
    },
    silence() {
      for (const [client, server] of links) {
        client.removeAllListeners('data').on('data', () => undefined);
        server.removeAllListeners('data').on('data', () => undefined);
      }
    },
    stall() {
      stalled = true;
      for (const client of links.keys()) client.pause();
    },
    deliver() {
      stalled = false;
      for (const client of links.keys()) client.resume();
    },
    async close() {
      const closed = once(proxy, 'close');
      proxy.close();
      for (const client of links.keys()) client.destroy();
      await closed;
    },
  };
}
