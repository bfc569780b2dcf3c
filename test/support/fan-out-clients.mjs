// Clients in a process of their own, which keep the event loop of the server's process to the server:
// node fan-out-clients.mjs URL SOCKETS EVENTS
// Prints `subscribed` when all are in the general room, and `{"deliveries", "outOfTurn"}` whenever each has had so many
// events more.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { WebSocket } = createRequire(require.resolve('engine.io'))('ws');
const [url, sockets, events] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

const SUBSCRIBE = '42/inventory,1["subscribe_inventory",{"type":"general"}]';
const POSITION = Buffer.from('"position":');
const CONNECTING_AT_ONCE = 50;

let deliveries = 0;
let outOfTurn = 0;

function delivered(last, data) {
  const from = data.indexOf(POSITION) + POSITION.length;
  const position = Number.parseInt(data.toString('latin1', from, from + 12), 10);
  if (last !== undefined && position !== last + 1) outOfTurn += 1;
  deliveries += 1;
  if (deliveries % (sockets * events) === 0) console.log(JSON.stringify({ deliveries, outOfTurn }));
  return position;
}

function connect() {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
    skipUTF8Validation: true,
    perMessageDeflate: false,
  });
  let last;
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data) => {
      const head = data.toString('latin1', 0, 40);
      if (head.startsWith('42/inventory,["inventory_notification"')) last = delivered(last, data);
      else if (head.startsWith('0')) socket.send('40/inventory,');
      else if (head === '2') socket.send('3');
      else if (head.startsWith('40')) socket.send(SUBSCRIBE);
      else if (head.startsWith('43')) resolve();
    });
  });
}

for (let left = sockets; left > 0; left -= CONNECTING_AT_ONCE) {
  await Promise.all(Array.from({ length: Math.min(left, CONNECTING_AT_ONCE) }, connect));
}
console.log('subscribed');
