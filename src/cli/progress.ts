import { printable } from './http-client.js';
import { type UploadObserver } from './upload.js';

const REDRAW_MS = 200;
const LINE_MS = 5000;
const BAR_WIDTH = 30;

const MAX_LABEL = 40;

/** What is counted: how it is called, and how a number of it is written. */
export interface ProgressUnit {
  name: string;
  write: (count: number) => string;
}

export const MEGABYTES: ProgressUnit = { name: 'MB', write: (bytes) => (bytes / 1e6).toFixed(1) };
export const countOf = (name: string): ProgressUnit => ({
  name,
  write: (count) => Math.round(count).toLocaleString('en'),
});

interface Output {
  isTTY?: boolean;
  /** Characters of a line. */
  columns?: number;
  write(text: string): unknown;
}

/**
 * Shows how the upload of one file gets on, or any other long work, and leaves a line behind: on a terminal that line
 * is redrawn all the time, elsewhere there is a plain one every five seconds.
 */
export class Progress implements UploadObserver {
  private readonly startedAt = performance.now();
  private readonly timer: NodeJS.Timeout;
  private bytes = 0;
  private completeAt: number | undefined;

  constructor(
    private readonly out: Output,
    private readonly label: string,
    /** Bytes, or whatever is counted; undefined for a stream of unknown length. */
    private readonly size: number | undefined,
    private readonly unit: ProgressUnit = MEGABYTES,
  ) {
    this.timer = setInterval(() => this.show(), out.isTTY ? REDRAW_MS : LINE_MS).unref();
  }

  sent(bytes: number): void {
    this.bytes = bytes;
  }

  complete(): void {
    this.completeAt = performance.now();
  }

  /** @param outcome what became of it, in a few words */
  stop(outcome: string): void {
    clearInterval(this.timer);
    const seconds = ((performance.now() - this.startedAt) / 1000).toFixed(1);
    this.show(`${this.unit.write(this.bytes)} ${this.unit.name}, ${outcome}, ${seconds} s`);
    if (this.out.isTTY) this.out.write('\n');
  }

  private show(text = this.text()): void {
    const line = `${shortened(printable(this.label))}  ${text}`;
    if (!this.out.isTTY) this.out.write(`${line}\n`);
    // A line that is broken in two can't be redrawn.
    else this.out.write(`\r${line.slice(0, (this.out.columns ?? 80) - 1)}\x1b[K`);
  }

  private text(): string {
    return progressText(
      this.bytes,
      this.size,
      (this.completeAt ?? performance.now()) - this.startedAt,
      this.completeAt === undefined ? undefined : performance.now() - this.completeAt,
      this.unit,
    );
  }
}

/** Times in milliseconds; `applyingMs` is undefined until everything is sent. */
export function progressText(
  bytes: number,
  size: number | undefined,
  sendingMs: number,
  applyingMs: number | undefined,
  { name, write }: ProgressUnit = MEGABYTES,
): string {
  if (applyingMs !== undefined) return `${write(bytes)} ${name} sent, applying… ${Math.round(applyingMs / 1000)} s`;
  const rate = `${write((bytes / Math.max(sendingMs, 1)) * 1000)} ${name}/s`;
  if (size === undefined || size === 0) return `${write(bytes)} ${name}  ${rate}`;
  const share = Math.min(bytes / size, 1);
  const bar = '#'.repeat(Math.floor(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '.');
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  return `[${bar}] ${percent}  ${write(bytes)} / ${write(size)} ${name}  ${rate}`;
}

/** The end of a path says more than its beginning. */
function shortened(label: string): string {
  return label.length > MAX_LABEL ? `…${label.slice(1 - MAX_LABEL)}` : label;
}
