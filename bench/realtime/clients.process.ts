import { nowMs, serve } from '../support/children.js';
import { WebSocket } from './ws.js';

/**
 * A thousand clients in one process. They speak the protocols by hand and look into a message only for its price, so
 * that the server is measured, not them.
 */

export type ClientsRequest =
  | { kind: 'connect'; url: string; count: number; dialect: 'socket.io' | 'ws' }
  /** Each joins that many rooms more, of vendors. */
  | { kind: 'rooms'; each: number }
  | { kind: 'until'; deliveries: number }
  | { kind: 'watch' }
  | { kind: 'arrivals' }
  | { kind: 'close' };

export interface Arrivals {
  /** Prices, which number the changes, and when they arrived. */
  numbers: Float64Array;
  times: Float64Array;
}

const SUBSCRIBE = '42/inventory,1["subscribe_inventory",{"type":"general"}]';
const PRICE = Buffer.from('"basePrice":');
const CONNECTING_AT_ONCE = 50;

let sockets: WebSocket[] = [];
let deliveries = 0;
let waiting: { deliveries: number; resolve: () => void } | undefined;
let arrivals: { numbers: number[]; times: number[] } | undefined;

function delivered(data: Buffer): void {
  deliveries += 1;
  if (arrivals) {
    const from = data.lastIndexOf(PRICE) + PRICE.length;
    arrivals.numbers.push(Number.parseInt(data.toString('latin1', from, from + 12), 10));
    arrivals.times.push(nowMs());
  }
  if (waiting && deliveries >= waiting.deliveries) {
    waiting.resolve();
    waiting = undefined;
  }
}

function connect(url: string, dialect: 'socket.io' | 'ws'): Promise<void> {
  const path = dialect === 'ws' ? '' : '/socket.io/?EIO=4&transport=websocket';
  const socket = new WebSocket(`${url}${path}`, { skipUTF8Validation: true, perMessageDeflate: false });
  sockets.push(socket);
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    if (dialect === 'ws') socket.on('open', resolve);
    socket.on('message', (data) => {
      // A notification is the only message of this length.
      if (data.length > 300) return delivered(data);
      const text = data.toString();
      if (text.startsWith('0')) socket.send('40/inventory,');
      else if (text === '2') socket.send('3');
      else if (text.startsWith('40')) socket.send(SUBSCRIBE);
      else if (text.startsWith('43')) resolve();
    });
  });
}

function join(socket: WebSocket, room: number): Promise<void> {
  const message = JSON.stringify(['subscribe_inventory', { type: 'vendor', vendorId: `vnd_${room}` }]);
  return new Promise((resolve) => {
    socket.once('message', () => resolve());
    socket.send(`42/inventory,${room}${message}`);
  });
}

serve<ClientsRequest>(async (request) => {
  switch (request.kind) {
    case 'connect':
      deliveries = 0;
      for (let left = request.count; left > 0; left -= CONNECTING_AT_ONCE) {
        const some = Math.min(left, CONNECTING_AT_ONCE);
        await Promise.all(Array.from({ length: some }, () => connect(request.url, request.dialect)));
      }
      return;
    case 'rooms':
      for (let room = 2; room < 2 + request.each; room += 1) {
        await Promise.all(sockets.map((socket) => join(socket, room)));
      }
      return;
    case 'until':
      if (deliveries < request.deliveries) {
        await new Promise<void>((resolve) => (waiting = { deliveries: request.deliveries, resolve }));
      }
      return;
    case 'watch':
      arrivals = { numbers: [], times: [] };
      return;
    case 'arrivals': {
      const { numbers, times } = arrivals!;
      arrivals = undefined;
      return { numbers: Float64Array.from(numbers), times: Float64Array.from(times) } satisfies Arrivals;
    }
    case 'close':
      for (const socket of sockets) socket.terminate();
      sockets = [];
  }
});
