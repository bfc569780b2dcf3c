import { Injectable } from '@nestjs/common';
import { Clock, pollUntil } from '../../infra/index.js';

const POLL_EVERY = 5;
/** Milliseconds that a leader who can't be heard is given, once an event has its position, to do what it announces. */
const UNHEARD = 100;

/**
 * How far the leader has announced events, which it does when it has put out of date what they change. The log shows an
 * event some milliseconds before, as soon as it has its position.
 */
@Injectable()
export class LeaderWord {
  private upTo = 0;

  constructor(private readonly clock: Clock) {}

  /** There are events up to this position. */
  heard(position: number): void {
    if (position > this.upTo) this.upTo = position;
  }

  /** What follows this position has other events. */
  restart(position: number): void {
    this.upTo = Math.min(this.upTo, position);
  }

  /**
   * Resolves when the leader has put out of date what these events change. While its word doesn't come, since the bus
   * is away, it is given some time more.
   *
   * @param position that the log has reached
   */
  async given(position: number): Promise<void> {
    const isGiven = (): boolean => this.upTo >= position;
    if (!isGiven()) await pollUntil(isGiven, { every: POLL_EVERY, atMost: UNHEARD, clock: this.clock });
  }
}
