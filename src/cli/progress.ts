import { type UploadObserver } from './upload.js';

const REDRAW_MS = 200;
const LINE_MS = 5000;
const BAR_WIDTH = 30;

/** Shows how an upload gets on: one redrawn line on a terminal, a plain line every five seconds elsewhere. */
export class Progress implements UploadObserver {
  private readonly startedAt = performance.now();
  private readonly timer: NodeJS.Timeout;
  private bytes = 0;
  private completeAt: number | undefined;

  constructor(
    private readonly out: { isTTY?: boolean; write(text: string): unknown },
    /** Bytes; undefined for a stream of unknown length. */
    private readonly size: number | undefined,
  ) {
    this.timer = setInterval(() => this.show(), out.isTTY ? REDRAW_MS : LINE_MS).unref();
  }

  sent(bytes: number): void {
    this.bytes = bytes;
  }

  complete(): void {
    this.completeAt = performance.now();
  }

  stop(): void {
    clearInterval(this.timer);
    if (this.out.isTTY) this.out.write('\r\x1b[K');
  }

  private show(): void {
    const text = progressText(
      this.bytes,
      this.size,
      (this.completeAt ?? performance.now()) - this.startedAt,
      this.completeAt === undefined ? undefined : performance.now() - this.completeAt,
    );
    this.out.write(this.out.isTTY ? `\r${text}\x1b[K` : `${text}\n`);
  }
}

/** Times in milliseconds; `applyingMs` is undefined until everything is sent. */
export function progressText(
  bytes: number,
  size: number | undefined,
  sendingMs: number,
  applyingMs: number | undefined,
): string {
  if (applyingMs !== undefined) return `${megabytes(bytes)} MB sent, applying… ${Math.round(applyingMs / 1000)} s`;
  const rate = `${megabytes((bytes / Math.max(sendingMs, 1)) * 1000)} MB/s`;
  if (size === undefined || size === 0) return `${megabytes(bytes)} MB  ${rate}`;
  const share = Math.min(bytes / size, 1);
  const bar = '#'.repeat(Math.floor(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '.');
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  return `[${bar}] ${percent}  ${megabytes(bytes)} / ${megabytes(size)} MB  ${rate}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
