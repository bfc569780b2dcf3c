import { IncomingMessage } from 'node:http';
import type { Socket as RawSocket } from 'node:net';
import { Duplex } from 'node:stream';
import { Server } from 'engine.io';
import { endsWithin } from '../../infra/index.js';
import type { Engine, EngineConnection, EngineTransport } from '../websocket/engine-connection.js';
import { textFrame } from '../websocket/frames.js';

/** Milliseconds; it takes six. */
const WITHIN = 2_000;
const HANDSHAKE = {
  host: 'localhost',
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version': '13',
};

/**
 * Makes a connection to an Engine.IO of its own, without a network, looks at each member that is used, and writes a
 * frame past it.
 */
export async function changedEngine(EngineServer: typeof Server = Server, within = WITHIN): Promise<string[]> {
  const engine = new EngineServer({ transports: ['websocket'] });
  const sent: Buffer[] = [];
  const raw = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      sent.push(chunk);
      done();
    },
  });
  try {
    const connected = new Promise<EngineConnection>((resolve) => engine.once('connection', resolve));
    const request = new IncomingMessage(raw as RawSocket);
    Object.assign(request, { method: 'GET', url: '/engine.io/?EIO=4&transport=websocket', headers: HANDSHAKE });
    // Its types ask for what Engine.IO adds itself.
    engine.handleUpgrade(request, raw, Buffer.alloc(0));
    if (!(await endsWithin(within, connected))) return ['Engine.IO accepts no connection'];
    const connection = await connected;
    const changed = changedMembers(engine as unknown as Engine, connection, raw);
    if (changed.length > 0) return changed;
    const frame = textFrame('past Engine.IO');
    connection.transport.socket!._socket!.write(frame);
    return sent.at(-1)?.equals(frame) === true ? [] : ['what is written to WebSocket._socket is not sent'];
  } finally {
    engine.close();
    raw.destroy();
  }
}

/**
 * @param connection over a WebSocket, of `engine`
 * @param raw what it runs over
 * @returns the names of the members that are not as they are used
 */
export function changedMembers(engine: Engine, connection: EngineConnection, raw: unknown): string[] {
  const { readyState, writeBuffer } = connection;
  const transport = connection.transport as EngineTransport | undefined;
  const webSocket = transport?.socket;
  const members: Record<string, boolean> = {
    'Server.createTransport': typeof engine.createTransport === 'function',
    'Server.clients': typeof engine.clients === 'object',
    'Socket.readyState': readyState === 'open',
    'Socket.writeBuffer': Array.isArray(writeBuffer),
    'Transport.name': transport?.name === 'websocket',
    'Transport.perMessageDeflate': !transport?.perMessageDeflate,
    'Transport.socket': typeof webSocket === 'object',
    'WebSocket.readyState': webSocket?.readyState === 1,
    'WebSocket.bufferedAmount': typeof webSocket?.bufferedAmount === 'number',
    'WebSocket.terminate': typeof webSocket?.terminate === 'function',
    'WebSocket._socket': Object.is(webSocket?._socket, raw),
  };
  return Object.keys(members).filter((name) => !members[name]);
}
