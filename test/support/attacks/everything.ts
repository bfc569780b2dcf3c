/**
 * A program: all that somebody without a token can do at once to the server at a URL, with `CONNECTIONS` connections
 * from some addresses, for so many seconds. It prints what came of it. With `KIND`s only these are tried, to find what
 * one of them costs.
 *
 *     node --import @swc-node/register/esm-register everything.ts URL SECONDS PRODUCT [KIND…]
 */
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Connections of each kind: 180 in all. */
const KINDS = {
  silent: 30,
  unreadPings: 20,
  rootNamespace: 20,
  farReplays: 20,
  slowPatterns: 15,
  madeUpSearches: 20,
  operatorsPages: 10,
  vendorSearches: 15,
  upgrades: 5,
  pollingHandshakes: 10,
  largeBodies: 5,
  longHistories: 10,
};
type Kind = keyof typeof KINDS;

/** Milliseconds between two requests of a connection. */
const PAUSE = 100;
const ADDRESSES = 20;
const WEBSOCKET =
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n' +
  'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

const [url, seconds, product, ...only] = process.argv.slice(2) as [string, string, string, ...string[]];
const { port } = new URL(url);
const until = performance.now() + Number(seconds) * 1_000;
const isOver = (): boolean => performance.now() >= until;
const counts: Record<string, number> = {};
const count = (what: string): void => void (counts[what] = (counts[what] ?? 0) + 1);
let serial = 0;

/** Gives a connection anew whenever the server has closed the one before. */
async function keepOpen(address: string, kind: Kind, use: (socket: Socket) => void | Promise<void>): Promise<void> {
  while (!isOver()) {
    const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress: address });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    await Promise.race([new Promise((resolve) => socket.once('connect', resolve)), closed]);
    count(kind);
    await Promise.race([Promise.resolve(use(socket)), closed]);
    await Promise.race([closed, sleep(Math.max(0, until - performance.now()))]);
    socket.destroy();
    await sleep(10 * PAUSE);
  }
}

async function ask(
  address: string,
  kind: Kind,
  make: () => { path: string; method?: string; headers?: Record<string, string>; body?: string },
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  while (!isOver()) {
    const { path, method = 'GET', headers = {}, body } = make();
    const status = await new Promise<number>((resolve) => {
      const sent = request(`${url}${path}`, { method, headers, agent, localAddress: address }, (answer) => {
        answer
          .resume()
          .on('end', () => resolve(answer.statusCode!))
          .on('error', () => resolve(0));
      });
      sent.on('error', () => resolve(0)).setTimeout(20_000, () => sent.destroy());
      sent.end(body);
    });
    count(`${kind} ${status}`);
    await sleep(PAUSE);
  }
  agent.destroy();
}

/** RFC 6455: in one piece, masked with zeros. */
function frame(opcode: number, text: string): Buffer {
  const data = Buffer.from(text);
  const head = Buffer.alloc(4);
  head.writeUInt16BE(data.length, 2);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | 126;
  return Buffer.concat([head, Buffer.alloc(4), data]);
}

async function talk(socket: Socket, what: Buffer, reads: boolean): Promise<void> {
  if (reads) socket.resume();
  else socket.pause();
  socket.write(WEBSOCKET);
  await sleep(PAUSE);
  socket.write(frame(1, '40/inventory,'));
  while (!isOver() && !socket.destroyed) {
    await sleep(PAUSE);
    if (socket.writableLength < 1_000_000) socket.write(what);
  }
}

const PINGS = Buffer.concat(Array.from({ length: 200 }, () => frame(9, 'p'.repeat(125))));
const FAR = frame(
  1,
  `42/inventory,0["subscribe_inventory",{"type":"vendor","vendorId":"vnd_none","since":{"epoch":"x","position":1}}]`,
);
const SILENT = ['', 'GET / HTTP/1.1\r\nhost:', 'hello\r\n\r\n', `GET / HTTP/1.1\r\na: ${'x'.repeat(20_000)}\r\n\r\n`];
const BODY = JSON.stringify({
  items: Array.from({ length: 1_000 }, (_none, index) => ({ sku: `s${index}`, name: 'x'.repeat(900) })),
});

const ATTACKS: Record<Kind, (address: string) => Promise<void>> = {
  silent: (address) =>
    keepOpen(address, 'silent', (socket) => void socket.resume().write(SILENT[(serial += 1) % SILENT.length]!)),
  unreadPings: (address) => keepOpen(address, 'unreadPings', (socket) => talk(socket, PINGS, false)),
  rootNamespace: (address) => keepOpen(address, 'rootNamespace', (socket) => talk(socket, frame(1, '40'), true)),
  farReplays: (address) => keepOpen(address, 'farReplays', (socket) => talk(socket, FAR, true)),
  slowPatterns: (address) =>
    ask(address, 'slowPatterns', () => ({
      path: `/api/products/${product}`,
      headers: { 'if-none-match': `"a",${' '.repeat(15_000)}x` },
    })),
  madeUpSearches: (address) =>
    ask(address, 'madeUpSearches', () => ({
      path: `/api/products/search?q=made${(serial += 1)}&minPrice=${serial % 977}&vendorId=vnd_${serial}&limit=100`,
    })),
  operatorsPages: (address) =>
    ask(address, 'operatorsPages', () => ({ path: (serial += 1) % 2 === 0 ? '/metrics' : '/health' })),
  vendorSearches: (address) =>
    ask(address, 'vendorSearches', () => ({ path: `/api/vendors/search?limit=100&category=none-${(serial += 1)}` })),
  upgrades: (address) =>
    ask(address, 'upgrades', () => ({
      path: '/api/products/search',
      headers: { connection: 'upgrade', upgrade: 'h2c' },
    })),
  pollingHandshakes: (address) =>
    ask(address, 'pollingHandshakes', () => ({ path: `/socket.io/?EIO=4&transport=polling&t=${(serial += 1)}` })),
  largeBodies: (address) =>
    ask(address, 'largeBodies', () => ({
      path: '/api/vendors/vnd_none/inventory',
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: BODY,
    })),
  longHistories: (address) =>
    ask(address, 'longHistories', () => ({ path: `/api/products/${product}/history?limit=1000` })),
};

const running: Promise<void>[] = [];
for (const [kind, connections] of Object.entries(KINDS)) {
  if (only.length > 0 && !only.includes(kind)) continue;
  for (let index = 0; index < connections; index += 1) {
    running.push(ATTACKS[kind as Kind](`127.9.0.${(running.length % ADDRESSES) + 1}`));
  }
}
// Whatever still waits for an answer then: the test is over.
await Promise.race([Promise.all(running), sleep(Number(seconds) * 1_000 + 2_000)]);
console.log(JSON.stringify(counts));
process.exit(0);
