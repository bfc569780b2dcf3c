import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A WebSocket, byte by byte: a client that sends what it likes and reads what it likes. */
export interface RawWebSocket {
  socket: Socket;
  /** Text, as one frame. */
  send(text: string): void;
  /** Frames of pings, each with `bytes` bytes. */
  ping(times: number, bytes?: number): void;
  received(): string;
  /** Resolves when the server has ended it. */
  ended: Promise<unknown>;
}

const HANDSHAKE = ['connection: upgrade', 'upgrade: websocket', 'sec-websocket-version: 13'];
const KEY = 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==';

/** Sends the handshake and resolves with the connection once it is answered, whatever the answer. */
export async function openWebSocket(
  url: string,
  { path = '/socket.io/?EIO=4&transport=websocket', headers = [] as string[], read = true } = {},
): Promise<RawWebSocket> {
  const { port, host } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1').on('data', (part: string) => (received += part));
  socket.on('error', () => undefined);
  const ended = once(socket, 'close');
  await once(socket, 'connect');
  const own = headers.some((header) => /^host:/i.test(header)) ? [] : [`host: ${host}`];
  socket.write([`GET ${path} HTTP/1.1`, ...own, ...HANDSHAKE, KEY, ...headers, '', ''].join('\r\n'));
  await Promise.race([once(socket, 'data'), ended]);
  if (!read) socket.pause();
  return {
    socket,
    send: (text) => void socket.write(frame(0x1, Buffer.from(text))),
    ping: (times, bytes = 0) => {
      const one = frame(0x9, Buffer.alloc(bytes, 'p'));
      socket.write(Buffer.concat(Array.from({ length: times }, () => one)));
    },
    received: () => received,
    ended,
  };
}

/** RFC 6455, 5.2: in one piece, masked with zeros. */
function frame(opcode: number, data: Buffer): Buffer {
  const head = data.length < 126 ? Buffer.from([0x80 | opcode, 0x80 | data.length]) : Buffer.alloc(4);
  if (data.length >= 126) {
    head[0] = 0x80 | opcode;
    head[1] = 0x80 | 126;
    head.writeUInt16BE(data.length, 2);
  }
  return Buffer.concat([head, Buffer.alloc(4), data]);
}
