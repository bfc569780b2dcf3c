import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import type { InventoryEvent } from '../../src/contracts/index.js';
import { nowMs, serve } from '../support/children.js';
import { WebSocketServer } from './ws.js';

/** A broadcast and nothing else: the least that a server in this language does. `BENCH_SERVER`: `socket.io` or `ws`. */

export type PlainRequest = { kind: 'start' } | { kind: 'emit'; events: InventoryEvent[]; price: number };

type Broadcast = (event: InventoryEvent) => void;

async function startSocketIo(): Promise<{ port: number; broadcast: Broadcast }> {
  const http = createServer();
  const namespace = new Server(http, { serveClient: false }).of('/inventory');
  namespace.on('connection', (socket) => {
    socket.on('subscribe_inventory', (_room, acknowledge: (answer: object) => void) => {
      void socket.join('inventory:general');
      acknowledge({});
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return { port, broadcast: (event) => namespace.to('inventory:general').emit('inventory_notification', event) };
}

async function startWs(): Promise<{ port: number; broadcast: Broadcast }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise<void>((resolve) => server.on('listening', resolve));
  return {
    port: server.address().port,
    broadcast: (event) => {
      const text = JSON.stringify(['inventory_notification', event]);
      for (const client of server.clients) client.send(text);
    },
  };
}

const starting = process.env.BENCH_SERVER === 'ws' ? startWs() : startSocketIo();

serve<PlainRequest>(async (request) => {
  const { port, broadcast } = await starting;
  if (request.kind === 'start') return port;
  const began = nowMs();
  for (const event of request.events) {
    if (event.product) broadcast({ ...event, product: { ...event.product, basePrice: request.price } });
  }
  return began;
});
