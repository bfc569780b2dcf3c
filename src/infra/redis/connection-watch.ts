import type { Redis } from 'ioredis';

/** Looks in a row without a byte from Redis, a PING sent at each, after which a connection counts as dead. */
const MOST_SILENT_PROBES = 3;

/**
 * Notices that a connection is open but brings nothing any more: behind a proxy whose other side is gone, or when the
 * server's machine has frozen. TCP itself would need minutes, and a client that only times out commands would use the
 * connection for ever. Looks are counted, not milliseconds: a process that was itself frozen must not blame Redis.
 */
export class ConnectionWatch {
  private socket: unknown;
  private bytes = 0;
  private silentProbes = 0;

  constructor(private readonly redis: Redis) {}

  /** Call once a second. @returns true if the connection has been silent for too long; counting begins anew */
  isSilent(): boolean {
    const { status, stream } = this.redis;
    // In the other states there is no socket, or the time limit for connecting is running.
    if (status !== 'ready' && status !== 'connect') return false;
    const heard = stream !== this.socket || stream.bytesRead !== this.bytes;
    [this.socket, this.bytes] = [stream, stream.bytesRead];
    this.silentProbes = heard ? 0 : this.silentProbes + 1;
    if (this.silentProbes >= MOST_SILENT_PROBES) {
      this.silentProbes = 0;
      return true;
    }
    // Any answer will do, an error too; that there is none shows at the next probes.
    if (status === 'ready') this.redis.ping().catch(() => undefined);
    return false;
  }
}
