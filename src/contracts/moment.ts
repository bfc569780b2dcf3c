/** A state of what the log says. */
export interface Moment {
  /** Everything up to here, and nothing else, was known. */
  position: number;
  /** When that had happened: the time of the event there; null before the first one. */
  knownAt: string | null;
}

/** What was known then. */
export type AsOf<Thing> = Thing & Moment;
