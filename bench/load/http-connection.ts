import { connect, type Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * The least of an HTTP/1.1 client: one keep-alive connection with one request under way. Requests come as they go over
 * the wire and bodies are counted, not read, so that the two cores work for the server and not for its load.
 */
export class HttpConnection {
  private head: Buffer | undefined;
  private missing = 0;
  private headText = '';
  private resolve: (head: string) => void;
  private reject: (error: Error) => void;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.take(chunk));
    socket.on('error', (error) => this.reject(error));
    socket.on('close', () => this.reject(new Error('The server has closed the connection')));
  }

  static open(port: number): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => resolve(new HttpConnection(socket)));
      socket.once('error', reject);
    });
  }

  /** Resolves with the answer's head once its body has arrived; rejects unless it is 2xx. */
  send(request: string | Buffer): Promise<string> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      this.socket.write(request);
    });
  }

  close(): void {
    this.socket.removeAllListeners('close');
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    if (this.missing > 0) {
      this.missing -= chunk.length;
    } else {
      const buffer = this.head ? Buffer.concat([this.head, chunk]) : chunk;
      const end = buffer.indexOf(HEAD_END);
      this.head = end < 0 ? buffer : undefined;
      if (end < 0) return;
      this.headText = buffer.toString('latin1', 0, end);
      if (this.headText.charCodeAt(9) !== 0x32) return this.reject(new Error(buffer.toString('utf8', 0, 1_000)));
      this.missing = end + HEAD_END.length + lengthIn(this.headText) - buffer.length;
    }
    if (this.missing <= 0) this.resolve(this.headText);
  }
}

const LENGTH = '\r\ncontent-length: ';

function lengthIn(head: string): number {
  const at = head.indexOf(LENGTH);
  if (at < 0) throw new Error(`An answer without content-length: ${head}`);
  return Number.parseInt(head.slice(at + LENGTH.length, at + LENGTH.length + 12), 10);
}
