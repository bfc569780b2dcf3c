import type { EventNotice } from '../event-notice.js';
import type { FollowedChannels } from '../followed-channels.js';

/** Which events this instance has a use for, as the bus in a Redis Cluster asks. */
export interface EventNeeds {
  /** Whether something in this instance waits for the event now. */
  needs(notice: EventNotice): boolean;
  /** Whether something waits for every event. */
  readonly everything: boolean;
  /** What waits for some. */
  readonly followed: readonly FollowedChannels[];
}
