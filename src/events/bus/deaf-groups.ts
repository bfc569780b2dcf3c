/** Seconds in a row with contents missed after which a group is subscribed to anew, and at twice as many again. */
const DEAF = 2;
/** The same after which all is connected anew, if that goes for most groups. */
const LONG_DEAF = 6;
/** Seconds between two new connections: doubled while contents still don't come, up to this many. */
const LONGEST_PAUSE = 300;

/** What may help. */
export interface Remedy {
  /** Groups to subscribe to anew. */
  renew: number[];
  reconnect: boolean;
  /** Whether it is the first time since contents came. */
  first: boolean;
}

/**
 * Which groups of channels bring no contents. A subscription may be gone without a sign, as that of a slot that has
 * moved while the connection was busy; or its master is away, and then nothing helps but what would cost the groups of
 * the other masters theirs.
 */
export class DeafGroups {
  private readonly missedIn = new Set<number>();
  /** By group: in how many seconds in a row contents were missed. */
  private readonly deafFor = new Map<number, number>();
  /** By group: the second in which contents came last. */
  private readonly heardAt = new Map<number, number>();
  private second = 0;
  private pause = LONG_DEAF;
  private notBefore = 0;

  /** A content was waited for in vain. */
  missed(group: number): void {
    this.missedIn.add(group);
  }

  heard(group: number): void {
    this.missedIn.delete(group);
    this.heardAt.set(group, this.second);
  }

  /**
   * Call once a second.
   *
   * @param connected while it isn't, what is missed says nothing
   */
  review(connected: boolean): Remedy {
    this.second += 1;
    const missed = [...this.missedIn];
    this.missedIn.clear();
    for (const group of this.deafFor.keys()) if (!connected || !missed.includes(group)) this.deafFor.delete(group);
    if (!connected) return NOTHING;
    for (const group of missed) this.deafFor.set(group, (this.deafFor.get(group) ?? 0) + 1);
    if (this.heardSince(this.second - 1) > missed.length) [this.pause, this.notBefore] = [LONG_DEAF, 0];
    const renew = missed.filter((group) => isRemedyDue(this.deafFor.get(group)!));
    const longDeaf = [...this.deafFor.values()].filter((seconds) => seconds >= LONG_DEAF).length;
    const isMost = longDeaf > this.heardSince(this.second - LONG_DEAF);
    if (!isMost || this.second < this.notBefore) return { ...NOTHING, renew };
    const first = this.pause === LONG_DEAF;
    this.pause = Math.min(2 * this.pause, LONGEST_PAUSE);
    this.notBefore = this.second + this.pause;
    this.deafFor.clear();
    return { renew: [], reconnect: true, first };
  }

  /** How many groups. */
  private heardSince(second: number): number {
    let count = 0;
    for (const at of this.heardAt.values()) if (at >= second) count += 1;
    return count;
  }
}

const NOTHING: Remedy = { renew: [], reconnect: false, first: false };

/** At 2, 4, 8 seconds and so on. */
const isRemedyDue = (seconds: number): boolean => seconds >= DEAF && Number.isInteger(Math.log2(seconds / DEAF));
