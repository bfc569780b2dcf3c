import { createRequire } from 'node:module';

/** What is used of `ws`; both sides of Socket.IO bring it along. */
export interface WebSocket {
  on(event: 'message', listener: (data: Buffer) => void): void;
  once(event: 'message', listener: (data: Buffer) => void): void;
  on(event: 'open' | 'close', listener: () => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  send(data: string): void;
  terminate(): void;
}

interface Ws {
  WebSocket: new (url: string, options: { skipUTF8Validation: boolean; perMessageDeflate: false }) => WebSocket;
  WebSocketServer: new (options: { host: string; port: number }) => {
    clients: Set<WebSocket>;
    on(event: 'listening', listener: () => void): void;
    address(): { port: number };
  };
}

const require = createRequire(import.meta.url);
export const { WebSocket, WebSocketServer } = createRequire(require.resolve('engine.io'))('ws') as Ws;
