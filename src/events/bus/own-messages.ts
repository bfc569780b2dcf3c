import { randomBytes, randomUUID } from 'node:crypto';
import type { WireMessage } from './parse-bus-message.js';

/** Messages under way that are kept; an older one that comes back after all is parsed like a foreign one. */
const KEPT = 8;
/** What a message begins with that is no JSON, and bytes of who sent it and of its number. */
export const BINARY = 1;
const SENDER = 8;
const NUMBER = 4;
/** Bytes in front of what such a message says. */
export const BINARY_MARK = 1 + SENDER + NUMBER;

/**
 * What this process has published and hasn't heard yet. The transport brings every message back to its publisher; a
 * batch of 1,000 events takes 10 ms to decode and parse, and it is at hand anyway.
 */
export class OwnMessages {
  /** At the beginning of every message of this process, and of no other one's. */
  private readonly mark = `{"from":"${randomUUID()}","number":`;
  private readonly markBytes = Buffer.from(this.mark);
  private readonly binaryMark = Buffer.concat([Buffer.of(BINARY), randomBytes(SENDER)]);
  private readonly kept = new Map<number, WireMessage>();
  private last = 0;

  /** The message's first fields as JSON, `{"from":…,"number":…,`: the others go behind it. */
  sign(message: WireMessage): string {
    return `${this.mark}${this.keep(message)},`;
  }

  /** The message's first bytes, if it is no JSON. */
  signBinary(message: WireMessage): Buffer {
    const number = Buffer.allocUnsafe(NUMBER);
    number.writeUInt32BE(this.keep(message) % 2 ** 32);
    return Buffer.concat([this.binaryMark, number]);
  }

  /** For a connection that breaks: what was under way doesn't come back. */
  clear(): void {
    this.kept.clear();
  }

  /** Whether this process has published these bytes, even if what they say isn't kept any more. */
  has(bytes: Buffer): boolean {
    const mark = bytes[0] === BINARY ? this.binaryMark : this.markBytes;
    const { length } = mark;
    return bytes.compare(mark, 0, length, 0, Math.min(length, bytes.length)) === 0;
  }

  /** The message that these bytes are, if it is one of ours and still known. */
  take(bytes: Buffer): WireMessage | undefined {
    if (!this.has(bytes)) return undefined;
    const number = this.numberOf(bytes);
    const message = this.kept.get(number);
    this.kept.delete(number);
    return message;
  }

  private keep(message: WireMessage): number {
    this.last += 1;
    this.kept.set(this.last, message);
    this.kept.delete(this.last - KEPT);
    return this.last;
  }

  private numberOf(bytes: Buffer): number {
    if (bytes[0] === BINARY) return bytes.length < BINARY_MARK ? 0 : bytes.readUInt32BE(1 + SENDER);
    const { length } = this.markBytes;
    return Number(bytes.toString('latin1', length, bytes.indexOf(',', length)));
  }
}
