/** Bytes of memory that an answer takes beside its own while it waits: its buffers, callbacks and entries of queues. */
const OVERHEAD = 512;
/**
 * Waiting bytes up to which a client counts as one that has read everything; with HTTP polling something always
 * waits.
 */
const READ_UP = 4_096;

/**
 * What a client has been answered and hasn't read, as far as it is known: an upper bound. It begins anew whenever the
 * client has read up. Notifications don't count: a client that is slow to read those is caught up, not cut off.
 */
export class UnreadAnswers {
  private bytes = 0;

  /**
   * @param bytes of the answer that is being sent
   * @param waiting bytes that wait for the client in this process, of whatever kind
   * @returns bytes of memory that unread answers take
   */
  add(bytes: number, waiting: number): number {
    this.readUp(waiting);
    this.bytes += OVERHEAD + bytes;
    return this.bytes;
  }

  /** @returns whether everything has been read */
  readUp(waiting: number): boolean {
    if (waiting > READ_UP) return false;
    this.bytes = 0;
    return true;
  }
}
