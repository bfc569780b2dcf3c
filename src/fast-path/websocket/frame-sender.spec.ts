import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo, Socket as RawSocket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Namespace, Server, type Socket } from 'socket.io';
import { io, type Socket as Client } from 'socket.io-client';
import { waitFor } from '../../../test/support/processes.js';
import { FastPath } from '../fast-path.js';
import { FrameSender } from './frame-sender.js';
import { eventFrame, textFrame } from './frames.js';

const NAME = '/frames';

describe('frames', () => {
  let http: HttpServer;
  let server: Server;
  let namespace: Namespace;
  const sender = new FrameSender(new FastPath(new Set(['frames'])));
  const clients: Client[] = [];

  beforeAll(async () => {
    http = createServer();
    server = new Server(http, { serveClient: false });
    namespace = server.of(NAME);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await server.close();
  });

  const connect = async (transport = 'websocket'): Promise<{ socket: Socket; seen: unknown[] }> => {
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}${NAME}`;
    const client = io(url, { transports: [transport], forceNew: true });
    clients.push(client);
    const seen: unknown[] = [];
    client.on('word', (word) => seen.push(word));
    await new Promise<void>((resolve) => client.once('connect', resolve));
    return { socket: namespace.sockets.get(client.id!)!, seen };
  };
  const frameOf = (word: unknown) => eventFrame(NAME, 'word', word);
  /** Everything sent before has arrived: the answer comes after it on the same connection. */
  const arrived = (socket: Socket) =>
    new Promise<void>((resolve) => {
      const client = clients.find(({ id }) => id === socket.id)!;
      client.once('last', resolve);
      socket.emit('last');
    });

  it.each([0, 1, 100, 125, 126, 127, 65_535, 65_536, 200_000])('of %i bytes say how long they are', (length) => {
    const text = 'a'.repeat(length);
    const frame = textFrame(text);
    const header = length < 126 ? [0x81, length] : length < 65_536 ? [0x81, 126] : [0x81, 127];
    expect([...frame.subarray(0, 2)]).toEqual(header);
    if (header[1] === 126) expect(frame.readUInt16BE(2)).toBe(length);
    if (header[1] === 127) expect(frame.readBigUInt64BE(2)).toBe(BigInt(length));
    expect(frame.subarray(-length || frame.length).toString()).toBe(text);
  });

  it('are what a client of Socket.IO understands, of any length and in any script', async () => {
    const { socket, seen } = await connect();
    const words = [0, 1, 90, 125, 126, 60_000, 65_000, 66_000, 300_000].map((length) => ({ text: 'प'.repeat(length) }));
    for (const word of words) expect(sender.send(socket, frameOf(word))).toBe(true);
    await arrived(socket);
    expect(seen).toEqual(words);
  });

  it('keep their place among what goes through Socket.IO, in one turn and over many', async () => {
    const { socket, seen } = await connect();
    let number = 0;
    let direct = 0;
    for (let turn = 0; turn < 50; turn += 1) {
      for (let step = 0; step < 1 + (turn % 5); step += 1) {
        number += 1;
        if ((turn + step) % 3 > 0 && sender.send(socket, frameOf(number))) direct += 1;
        else socket.emit('word', number);
      }
      if (turn % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await arrived(socket);
    expect(seen).toEqual(Array.from({ length: number }, (_, index) => index + 1));
    expect(direct).toBeGreaterThan(20);
  });

  it('wait for others that follow, and are sent in their order even if none follows', async () => {
    const { socket, seen } = await connect();
    const raw = (socket.conn.transport as unknown as { socket: { _socket: RawSocket } }).socket._socket;
    for (const word of [1, 2]) sender.send(socket, frameOf(word), true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(raw.writableCorked).toBe(1);
    sender.send(socket, frameOf(3));
    await arrived(socket);
    expect(seen).toEqual([1, 2, 3]);
    expect(raw.writableCorked).toBe(0);
    sender.send(socket, frameOf(4), true);
    await waitFor(() => seen.length === 4, { what: 'the frame that none has followed' });
    expect(raw.writableCorked).toBe(0);
  });

  it('are refused for a client that polls, and for one that has gone', async () => {
    const { socket: polling } = await connect('polling');
    expect(sender.send(polling, frameOf('a'))).toBe(false);
    const { socket: gone } = await connect();
    gone.disconnect(true);
    expect(sender.send(gone, frameOf('a'))).toBe(false);
  });

  it('reach more clients than are written to in one go, some of which leave meanwhile', async () => {
    const many = await Promise.all(Array.from({ length: 1_100 }, () => connect()));
    const frames = ['one', 'two'].map(frameOf);
    for (const { socket } of many) for (const frame of frames) sender.send(socket, frame);
    const staying = many.filter((_client, index) => index % 100 > 0);
    for (const one of many) if (!staying.includes(one)) one.socket.disconnect(true);
    await Promise.all(staying.map(({ socket }) => arrived(socket)));
    expect(new Set(staying.map(({ seen }) => seen.join()))).toEqual(new Set(['one,two']));
  });
});
