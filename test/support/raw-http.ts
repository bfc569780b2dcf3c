import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection on which a test says exactly which bytes go out when. */
export interface RawConnection {
  write(text: string): void;
  /** All that came back so far. */
  received(): string;
  /** Resolves when the server has ended it, with all that came back. */
  ended: Promise<string>;
  close(): void;
}

export async function openRaw(url: string): Promise<RawConnection> {
  const socket: Socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
  // A server that cuts us off may not have read all that we wrote.
  socket.on('error', () => undefined);
  const ended = once(socket, 'close').then(() => answer);
  await once(socket, 'connect');
  return {
    write: (text) => void socket.write(text),
    received: () => answer,
    ended,
    close: () => socket.destroy(),
  };
}
