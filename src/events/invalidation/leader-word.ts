import { Injectable } from '@nestjs/common';
import { Clock, pollUntil } from '../../infra/index.js';

const POLL_EVERY = 5;
/** Milliseconds that a leader who can't be heard is given, once an event has its position, to do what it announces. */
const UNHEARD = 100;
/** Milliseconds after which a bus that brings nothing is away: it brings heartbeats, and a writer's own wake-ups. */
const SILENCE = 1_000;
/**
 * Milliseconds after which a leader isn't heard, though the bus is: others' wake-ups keep that alive. It is as long as
 * a lease lasts, so one that is cut off from Redis for good has none any more.
 */
const LEADER_SILENCE = 10_000;

/**
 * How far the leader has announced events, which it does when it has put out of date what they change. The log shows an
 * event before, as soon as it has its position: some milliseconds, or as long as the leader tries to reach a cache.
 */
@Injectable()
export class LeaderWord {
  private upTo = 0;
  private busHeardAt = Number.NEGATIVE_INFINITY;
  private leaderHeardAt: number;
  private isBusConnected = (): boolean => false;

  constructor(private readonly clock: Clock) {
    this.leaderHeardAt = clock.monotonic();
  }

  /** For the bridge: until then the bus counts as away. */
  follow(isBusConnected: () => boolean): void {
    this.isBusConnected = isBusConnected;
  }

  /** The bus has brought something, from any instance. */
  heardBus(): void {
    this.busHeardAt = this.clock.monotonic();
  }

  /** There are events up to this position. */
  heard(position: number): void {
    this.leaderHeardAt = this.clock.monotonic();
    if (position > this.upTo) this.upTo = position;
  }

  /** What follows this position has other events. */
  restart(position: number): void {
    this.upTo = Math.min(this.upTo, position);
  }

  /**
   * Resolves when the leader has put out of date what these events change, or when that takes too long. Only while its
   * word can't come, since the bus is away, or the leader is away from it, it isn't waited for: the leader is given
   * some time more.
   *
   * @param position that the log has reached
   * @param atMost milliseconds
   */
  async given(position: number, atMost: number): Promise<void> {
    let busAt = this.clock.monotonic();
    const isGiven = (): boolean => {
      if (this.canCome) busAt = this.clock.monotonic();
      return this.upTo >= position || this.clock.hasElapsed(UNHEARD, busAt);
    };
    if (this.upTo < position) await pollUntil(isGiven, { every: POLL_EVERY, atMost, clock: this.clock });
  }

  private get canCome(): boolean {
    if (this.clock.hasElapsed(LEADER_SILENCE, this.leaderHeardAt)) return false;
    return this.isBusConnected() && !this.clock.hasElapsed(SILENCE, this.busHeardAt);
  }
}
