import { Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { AppError, Clock } from '../../infra/index.js';

/** Requests a socket may send at once and, over time, a second: all of its hundred rooms after a reconnect. */
export const BURST = 200;
export const PER_SECOND = 20;
/** Characters of one request as JSON. */
export const MAX_REQUEST = 4_096;

export class TooManyRequestsError extends AppError {
  readonly code = 'too_many_requests';
  readonly status = 429;

  constructor() {
    super(`A socket may send ${PER_SECOND} requests a second`);
  }
}

export class RequestTooLargeError extends AppError {
  readonly code = 'payload_too_large';
  readonly status = 413;

  constructor() {
    super(`A request may have at most ${MAX_REQUEST} characters`);
  }
}

/** A token bucket for every socket. */
@Injectable()
export class RequestLimit {
  private readonly buckets = new WeakMap<Socket, { tokens: number; at: number }>();

  constructor(private readonly clock: Clock) {}

  /** Throws `TooManyRequestsError`, `RequestTooLargeError`. */
  check(socket: Socket, payload: unknown): void {
    const now = this.clock.now();
    const bucket = this.buckets.get(socket) ?? { tokens: BURST, at: now };
    const tokens = Math.min(BURST, bucket.tokens + ((now - bucket.at) / 1_000) * PER_SECOND);
    this.buckets.set(socket, { tokens: Math.max(0, tokens - 1), at: now });
    if (tokens < 1) throw new TooManyRequestsError();
    if (sizeOf(payload) > MAX_REQUEST) throw new RequestTooLargeError();
  }
}

/** Node parses without end what it can't write again: nested by the thousand, which no honest request is. */
function sizeOf(payload: unknown): number {
  try {
    return (JSON.stringify(payload) ?? '').length;
  } catch (error) {
    if (error instanceof RangeError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}
