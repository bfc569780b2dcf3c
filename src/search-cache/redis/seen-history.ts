import { performance } from 'node:perf_hooks';

/** Milliseconds that Redis keeps a process's count of its own commands without another one. */
const KEPT_FOR = 600_000;

/**
 * What this process has seen of Redis, so that it notices when Redis goes back to an earlier state although no
 * connection was lost: behind a proxy that fails over to a replica that had not heard everything, or when the server
 * itself becomes a replica. Renewals that such a state lacks bring old pages back.
 *
 * Three things are compared:
 * - A count of this process's own commands, in a key of its own, that each of them raises. A state without the last one
 *   that Redis has answered is an earlier one. That finds every lost renewal, as long as its writer lives.
 * - The count of invalidations of all processes, which every hit brings along and which only rises.
 * - The server's run id and replication id. They also change when what is lost was written by a process that has died.
 */
export class SeenHistory {
  private sent = 0;
  /** The last of this process's commands that Redis has answered. */
  private answered = 0;
  private invalidations = 0;
  private server = '';

  /** Arguments of the next command: the count that Redis must have, the new one, its life in milliseconds. */
  next(): [answered: number, number: number, keptFor: number] {
    this.sent += 1;
    return [this.answered, this.sent, KEPT_FOR];
  }

  /** Redis has done the command with this number. */
  done(number: number): void {
    this.answered = Math.max(this.answered, number);
  }

  /**
   * @param invalidations as Redis has it, empty if the key is lost
   * @returns false if it has been higher
   */
  sawInvalidations(invalidations: string): boolean {
    // In a cluster the master's id stands behind it.
    const count = Number.parseInt(invalidations, 10) || 0;
    // A lost key is no earlier state: the count goes on from the clock.
    if (count === 0) return true;
    if (count < this.invalidations) return false;
    this.invalidations = count;
    return true;
  }

  /**
   * @param ids of the server; empty if it doesn't give them
   * @returns false if they have been others
   */
  sawServer(ids: string): boolean {
    const same = ids === '' || this.server === '' || ids === this.server;
    if (ids !== '') this.server = ids;
    return same;
  }

  /** Another state counts from now on. The process's own count goes on, so that no number comes twice. */
  forget(): void {
    this.invalidations = 0;
    this.server = '';
  }
}

const ID = /^(?:run_id|master_replid):\w+/gm;

/** The server's run id and replication id from what `INFO server` and `INFO replication` say. */
export function serverIds(...infos: readonly string[]): string {
  return infos.flatMap((info) => info.match(ID) ?? []).join(' ');
}

/**
 * Redis' clock as seen from this process, never ahead of it: the time in an answer counts from the moment the answer is
 * here, though it is as old as its way. Local moments are those of `performance.now()`, which no clock change moves.
 */
export class RedisTime {
  private ahead: number | undefined;

  get known(): boolean {
    return this.ahead !== undefined;
  }

  /** @param microseconds what Redis has just answered */
  saw(microseconds: number): void {
    this.ahead = microseconds / 1_000 - performance.now();
  }

  /** Microseconds in Redis' time. @param moment of `performance.now()` */
  of(moment: number): number {
    return Math.floor((moment + (this.ahead ?? NaN)) * 1_000);
  }

  forget(): void {
    this.ahead = undefined;
  }
}
