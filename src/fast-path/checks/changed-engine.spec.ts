import { describe, expect, it } from '@jest/globals';
import { Server } from 'engine.io';
import type { Engine, EngineConnection } from '../websocket/engine-connection.js';
import { changedEngine, changedMembers } from './changed-engine.js';

const raw = {};
const members = {
  engine: { createTransport: () => undefined, clients: {} },
  connection: { readyState: 'open', writeBuffer: [] },
  transport: { name: 'websocket', perMessageDeflate: undefined },
  webSocket: { readyState: 1, bufferedAmount: 0, terminate: () => undefined, _socket: raw },
};
/** With these members changed. */
const changed = (changes: { [Owner in keyof typeof members]?: object }): string[] => {
  const webSocket = { ...members.webSocket, ...changes.webSocket };
  const transport = { socket: webSocket, ...members.transport, ...changes.transport };
  const connection: object = { transport, ...members.connection, ...changes.connection };
  const engine: object = { ...members.engine, ...changes.engine };
  return changedMembers(engine as Engine, connection as EngineConnection, raw);
};

describe('the check of Engine.IO and ws', () => {
  it('finds nothing changed in what is installed', async () => {
    expect(await changedEngine()).toEqual([]);
    expect(changed({})).toEqual([]);
  });

  it.each<[string, Parameters<typeof changed>[0]]>([
    ['Server.createTransport', { engine: { createTransport: undefined } }],
    ['Server.clients', { engine: { clients: undefined } }],
    ['Socket.readyState', { connection: { readyState: 1 } }],
    ['Socket.writeBuffer', { connection: { writeBuffer: undefined } }],
    ['Transport.name', { transport: { name: 'ws' } }],
    ['Transport.perMessageDeflate', { transport: { perMessageDeflate: { threshold: 1 } } }],
    ['WebSocket.readyState', { webSocket: { readyState: 'OPEN' } }],
    ['WebSocket.bufferedAmount', { webSocket: { bufferedAmount: undefined } }],
    ['WebSocket.terminate', { webSocket: { terminate: undefined } }],
    ['WebSocket._socket', { webSocket: { _socket: undefined } }],
  ])('names %s when that has changed', (name, changes) => {
    expect(changed(changes)).toEqual([name]);
  });

  it('names all that is missing with a whole level', () => {
    expect(changed({ connection: { transport: undefined } })).toEqual(
      expect.arrayContaining(['Transport.name', 'Transport.socket', 'WebSocket._socket']),
    );
  });

  it('notices that connections are not made, and that what is written to them is not sent', async () => {
    class Deaf extends Server {
      override handleUpgrade(): void {}
    }
    expect(await changedEngine(Deaf, 10)).toEqual(['Engine.IO accepts no connection']);
    class Mute extends Server {
      constructor(...options: ConstructorParameters<typeof Server>) {
        super(...options);
        this.on('connection', ({ transport }: EngineConnection) =>
          Object.assign(transport.socket!._socket!, { write: () => true }),
        );
      }
    }
    expect(await changedEngine(Mute)).toEqual(['what is written to WebSocket._socket is not sent']);
  });
});
