import { Injectable } from '@nestjs/common';

/** How an instance looks at what its sockets get, in milliseconds. */
@Injectable()
export class AuditTimes {
  /** Of instances that start from now on. */
  static readonly defaults = {
    /** A room is followed for so long, and then none. */
    following: 20_000,
    resting: 40_000,
    /** An acknowledged change counts as missing when no socket has it after so long. */
    arrivesWithin: 15_000,
    /** What was acknowledged so soon after a subscription may have been sent before it. */
    margin: 1_000,
  };

  following = AuditTimes.defaults.following;
  resting = AuditTimes.defaults.resting;
  arrivesWithin = AuditTimes.defaults.arrivesWithin;
  margin = AuditTimes.defaults.margin;
}
