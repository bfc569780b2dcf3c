import { randomUUID } from 'node:crypto';
import type { WireMessage } from './parse-bus-message.js';

/** Messages under way that are kept; an older one that comes back after all is parsed like a foreign one. */
const KEPT = 8;

/**
 * What this process has published and hasn't heard yet. The transport brings every message back to its publisher; a
 * batch of 1,000 events takes 10 ms to decode and parse, and it is at hand anyway.
 */
export class OwnMessages {
  /** At the beginning of every message of this process, and of no other one's. */
  private readonly mark = `{"from":"${randomUUID()}","number":`;
  private readonly markBytes = Buffer.from(this.mark);
  private readonly kept = new Map<number, WireMessage>();
  private last = 0;

  /** The message's first fields as JSON, `{"from":…,"number":…,`: the others go behind it. */
  sign(message: WireMessage): string {
    this.last += 1;
    this.kept.set(this.last, message);
    this.kept.delete(this.last - KEPT);
    return `${this.mark}${this.last},`;
  }

  /** For a connection that breaks: what was under way doesn't come back. */
  clear(): void {
    this.kept.clear();
  }

  /** Whether this process has published these bytes, even if what they say isn't kept any more. */
  has(bytes: Buffer): boolean {
    const { length } = this.markBytes;
    return bytes.compare(this.markBytes, 0, length, 0, Math.min(length, bytes.length)) === 0;
  }

  /** The message that these bytes are, if it is one of ours and still known. */
  take(bytes: Buffer): WireMessage | undefined {
    if (!this.has(bytes)) return undefined;
    const { length } = this.markBytes;
    const number = Number(bytes.toString('latin1', length, bytes.indexOf(',', length)));
    const message = this.kept.get(number);
    this.kept.delete(number);
    return message;
  }
}
