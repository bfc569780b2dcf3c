import { Injectable } from '@nestjs/common';

/** Wall clock, injected so that tests need not wait. */
@Injectable()
export class Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number {
    return Date.now();
  }
}
