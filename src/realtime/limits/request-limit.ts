import { Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { AppError, Clock } from '../../infra/index.js';

/** Requests a socket may send at once and, over time, a second: all of its hundred rooms after a reconnect. */
const BURST = 200;
const PER_SECOND = 20;
/** Characters of one request as JSON. */
const MAX_REQUEST = 4_096;

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
    if ((JSON.stringify(payload) ?? '').length > MAX_REQUEST) throw new RequestTooLargeError();
  }
}
