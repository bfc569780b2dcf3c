import type { Socket as RawSocket } from 'node:net';
import { Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { inSlices } from '../../infra/index.js';
import { FastPath } from '../fast-path.js';
import { connectionOf } from './engine-connection.js';

/**
 * Milliseconds for which clients are handed what waits for them before others have the event loop: enough for a frame
 * to a thousand clients. With a quarter of it the last clients of a room of that size waited half as long again.
 */
const SLICE = 16;
/** Milliseconds for which a frame waits for others at most. */
const HELD_BACK = 50;
/** `readyState` of a WebSocket. */
const OPEN = 1;

/**
 * Writes ready frames to the TCP sockets of clients, past Engine.IO, which takes a third of the time of a delivery.
 *
 * To hand bytes to the system takes longer than all else about a delivery, so a client's frames of one tick are handed
 * over together, and those of a large batch of events, which takes many ticks, at most twenty times a second.
 */
@Injectable()
export class FrameSender {
  /** Sockets that hold back what they are given, in the order in which they are let go. */
  private readonly corked = new Set<RawSocket>();
  private isUncorkedNext = false;
  private timer: NodeJS.Timeout | undefined;
  /** Whether frames are sent past Engine.IO at all. */
  readonly on: boolean;

  constructor(fastPath: FastPath) {
    this.on = fastPath.has('frames');
  }

  /**
   * @param more whether frames for the same clients follow, which this one may wait for
   * @returns false if it has to go through Engine.IO, since something waits there or the client uses HTTP polling
   */
  send(socket: Socket, frame: Buffer, more = false): boolean {
    const raw = rawSocketOf(socket);
    if (!raw) return false;
    if (!this.corked.has(raw)) {
      raw.cork();
      this.corked.add(raw);
    }
    raw.write(frame);
    if (more) this.timer ??= setTimeout(() => this.uncork(), HELD_BACK);
    else if (!this.isUncorkedNext) this.uncorkNext();
    return true;
  }

  /** No more follows what is held back. */
  flush(): void {
    if (this.corked.size > 0 && !this.isUncorkedNext) this.uncorkNext();
  }

  private uncorkNext(): void {
    this.isUncorkedNext = true;
    process.nextTick(() => this.uncork());
  }

  private uncork(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.isUncorkedNext = false;
    // Meanwhile the next round may come to a client first.
    const uncork = (raw: RawSocket): void => {
      if (this.corked.delete(raw)) raw.uncork();
    };
    void inSlices([...this.corked], uncork, SLICE);
  }
}

function rawSocketOf(socket: Socket): RawSocket | null {
  const { readyState, writeBuffer, transport } = connectionOf(socket);
  if (readyState !== 'open' || writeBuffer.length > 0 || transport.perMessageDeflate) return null;
  const { socket: webSocket } = transport;
  const raw = webSocket?.readyState === OPEN ? webSocket._socket : null;
  return raw?.writable ? raw : null;
}
