import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

export interface PageServer {
  url: string;
  close(): void;
}

/**
 * Pages of one's own, and a server behind them, under one origin.
 *
 * @param pages by path: type and text
 * @param webSocket whether it lets WebSocket through, as not all proxies do
 */
export async function servePages(
  server: string,
  pages: Readonly<Record<string, readonly [type: string, text: string]>>,
  webSocket: boolean,
): Promise<PageServer> {
  const { hostname: host, port } = new URL(server);
  const front = createServer((asked, answer) => {
    const { url = '/', method, headers } = asked;
    const [type, text] = pages[url] ?? [];
    if (type !== undefined) {
      answer.setHeader('content-type', type).end(text);
      return;
    }
    const passed = request({ host, port, path: url, method, headers }, (from) => {
      answer.writeHead(from.statusCode!, from.headers);
      from.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    answer.on('close', () => passed.destroy());
    asked.pipe(passed);
  });
  front.on('upgrade', ({ url, rawHeaders }, client) => {
    client.on('error', () => undefined);
    if (!webSocket) {
      client.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
      return;
    }
    const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));
    const behind = connect(Number(port), host, () => {
      behind.write([`GET ${url} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
      client.pipe(behind).pipe(client);
    });
    behind.on('error', () => client.destroy());
    client.on('close', () => behind.destroy());
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const close = (): void => {
    front.close();
    front.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`, close };
}
